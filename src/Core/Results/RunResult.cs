using System.Collections.Immutable;

namespace MirroredInfluence;

/// <summary>What a finished run found. Built only when expected = scored + unscorable.</summary>
public sealed record RunResult
{
    /// <summary>The run's id.</summary>
    public required string Run { get; init; }

    public required string Estimator { get; init; }

    public required RankOrder Rank { get; init; }

    /// <summary>In the order of the test rows.</summary>
    public required ImmutableArray<QueryResult> Queries { get; init; }

    /// <summary>Rows of the training files.</summary>
    public required long ExpectedRows { get; init; }

    public required long ScoredRows { get; init; }

    public required UnscorableRows Unscorable { get; init; }
}
