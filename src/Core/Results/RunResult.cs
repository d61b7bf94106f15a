using System.Collections.Immutable;

namespace MirroredInfluence;

/// <summary>What a run found, or its shards that are scored by now. Built only when expected = scored + unscorable.</summary>
public sealed record RunResult
{
    /// <summary>The run's id.</summary>
    public required string Run { get; init; }

    public required string Estimator { get; init; }

    public required RankOrder Rank { get; init; }

    /// <summary>In the order of the test rows.</summary>
    public required ImmutableArray<QueryResult> Queries { get; init; }

    /// <summary>Rows of the training files, or of those shards.</summary>
    public required long ExpectedRows { get; init; }

    public required long ScoredRows { get; init; }

    public required UnscorableRows Unscorable { get; init; }
}
