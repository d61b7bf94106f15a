using System.Collections.Immutable;

namespace MirroredInfluence;

/// <summary>A shard's answer to every query. Deterministic: whoever scores the shard makes the same bytes of it.</summary>
public sealed record ShardPart
{
    public required int ShardIndex { get; init; }

    /// <summary>Rows of the shard: scored + unscorable.</summary>
    public required int RowCount { get; init; }

    /// <summary>Names of the queries, in the run's order.</summary>
    public required ImmutableArray<string> Queries { get; init; }

    /// <summary>Shape [query]; top entries carry their ids.</summary>
    public required ImmutableArray<QueryReduction> Reductions { get; init; }

    public required UnscorableRows Unscorable { get; init; }

    public long ScoredRowCount => RowCount - Unscorable.Count;
}
