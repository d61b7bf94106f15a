using System.Collections.Immutable;

namespace MirroredInfluence.Torch;

/// <summary>Where a model argument's values come from: <see cref="ColumnArgument"/>, <see cref="NoiseArgument"/> or <see cref="TimestepArgument"/>.</summary>
public abstract record ArgumentSource
{
    private protected ArgumentSource()
    {
    }

    /// <summary>Name of the argument of <c>forward</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Element type the model receives.</summary>
    public abstract ElementType ReceivedDtype { get; }

    /// <summary>A row's shape, without the batch dimension; empty for a scalar.</summary>
    public abstract ImmutableArray<int> RowShape { get; }
}
