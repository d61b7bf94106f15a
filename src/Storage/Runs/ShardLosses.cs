using System.Collections.Immutable;

namespace MirroredInfluence.Storage;

/// <summary>Losses of a shard's rows, means over draws. Rows that cannot be scored hold NaN.</summary>
public sealed record ShardLosses
{
    public required int ShardIndex { get; init; }

    /// <summary>Index of the first row in the whole training set.</summary>
    public required long TrainRowStart { get; init; }

    public required ImmutableArray<string> Queries { get; init; }

    /// <summary>ℓ(z; θ̂), nats, shape [row].</summary>
    public required float[] BaseLoss { get; init; }

    /// <summary>ℓ(z; θ̃) − ℓ(z; θ̂), nats, shape [row, query].</summary>
    public required float[] LossDifference { get; init; }
}
