namespace MirroredInfluence.Client;

/// <summary>Where a run stands.</summary>
public sealed record RunStatus
{
    /// <summary>The run's name.</summary>
    public required string Directory { get; init; }

    public required RunState State { get; init; }

    /// <summary>Units done; <see cref="RunState"/> says of what.</summary>
    public required long DoneCount { get; init; }

    /// <summary>0 while it is not known.</summary>
    public required long TotalCount { get; init; }

    /// <summary>Units a second; 0 while it is not known.</summary>
    public required double PerSecond { get; init; }

    /// <summary>Training rows that could not be scored so far.</summary>
    public required long UnscorableRowCount { get; init; }

    public required int Priority { get; init; }

    public required DateTimeOffset SubmittedAt { get; init; }

    /// <summary>What a run failed with; null unless it is <see cref="RunState.Failed"/>.</summary>
    public MirroredException? Failure { get; init; }

    public bool HasEnded => State >= RunState.Finished;
}
