namespace MirroredInfluence.Grains;

/// <summary>Where a run stands.</summary>
[GenerateSerializer]
[Alias("MirroredInfluence.RunReport")]
public sealed record RunReport
{
    [Id(0)]
    public required string Directory { get; init; }

    [Id(1)]
    public required RunState State { get; init; }

    /// <summary>Units, as of <see cref="RunState"/>: files, queries, training rows, shards.</summary>
    [Id(2)]
    public required long DoneCount { get; init; }

    /// <summary>0 while it is not known.</summary>
    [Id(3)]
    public required long TotalCount { get; init; }

    /// <summary>Units a second; 0 while it is not known.</summary>
    [Id(4)]
    public required double PerSecond { get; init; }

    [Id(5)]
    public required long UnscorableRowCount { get; init; }

    [Id(6)]
    public required int Priority { get; init; }

    [Id(7)]
    public required DateTimeOffset SubmittedAt { get; init; }

    /// <summary>What the run failed with, or null.</summary>
    [Id(8)]
    public RunFailure? Failure { get; init; }

    /// <summary>Rises with each change.</summary>
    [Id(9)]
    public required long Version { get; init; }

    public bool HasEnded => State >= RunState.Finished;
}
