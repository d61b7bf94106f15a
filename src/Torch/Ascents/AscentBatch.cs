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

    public InputPerturbation? Perturbation { get; init; }
}
