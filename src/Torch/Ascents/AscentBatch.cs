namespace MirroredInfluence.Torch;

/// <summary>The test rows of one query.</summary>
public sealed record AscentBatch
{
    public required ArgumentLayout Layout { get; init; }

    public required int RowCount { get; init; }

    /// <summary>Addresses of the rows' bytes, [columns × RowCount], column-major; valid until <see cref="BaseModel.Ascend"/> returns.</summary>
    public required ReadOnlyMemory<nint> RowPointers { get; init; }

    /// <summary>[RowCount]; may be empty when neither noise nor a perturbation needs them.</summary>
    public ReadOnlyMemory<ulong> RowKeys { get; init; }

    /// <summary>Noise and timestep draws a row; the loss is the mean over rows and draws.</summary>
    public int DrawCount { get; init; } = 1;

    /// <summary>Most rows that go through the model together; gradients of a larger query are accumulated over several, to the mean over all its rows.</summary>
    public int MiniBatchRows { get; init; } = 256;

    /// <summary>Threads of the kernels.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Default: none.</summary>
    public InputPerturbation? Perturbation { get; init; }

    /// <summary>Index in forward's arguments, or −1.</summary>
    internal int PerturbedArgumentIndex
    {
        get
        {
            if (Perturbation is null)
                return -1;
            var index = Layout.Sources.ToList().FindIndex(source => source.Name == Perturbation.Argument);
            return index >= 0 && Layout.Sources[index] is ColumnArgument column && column.Dtype.IsFloat()
                ? index
                : throw Failure.Invalid(
                    $"Argument '{Perturbation.Argument}' cannot be perturbed: it must be a floating-point column argument of {Layout}.");
        }
    }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(RowCount);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(DrawCount);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MiniBatchRows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Threads);
        ArgumentOutOfRangeException.ThrowIfNotEqual(RowPointers.Length, RowCount * Layout.Columns.Length);
        if (Layout.NeedsRowKeys || Perturbation is not null || !RowKeys.IsEmpty)
            ArgumentOutOfRangeException.ThrowIfNotEqual(RowKeys.Length, RowCount);
    }
}
