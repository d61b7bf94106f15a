namespace MirroredInfluence.Engine;

/// <summary>Where a run stands. Reported a few times a second, and at the start and end of each phase.</summary>
public sealed record RunProgress
{
    public required RunPhase Phase { get; init; }

    /// <summary>The phase, as a state of the run.</summary>
    public RunState State => Phase switch
    {
        RunPhase.Planning => RunState.Planning,
        RunPhase.Ascending => RunState.Ascending,
        RunPhase.Scoring => RunState.Scoring,
        _ => RunState.Reducing,
    };

    /// <summary>Units done, those of earlier sessions of the run included; see <see cref="RunPhase"/> for the unit.</summary>
    public required long DoneCount { get; init; }

    public required long TotalCount { get; init; }

    /// <summary>Units of this session a second; 0 until some are done.</summary>
    public required double PerSecond { get; init; }

    /// <summary>Null until a rate is known.</summary>
    public required TimeSpan? Remaining { get; init; }

    /// <summary>Training rows that could not be scored so far; 0 before <see cref="RunPhase.Scoring"/>.</summary>
    public required long UnscorableRowCount { get; init; }

    /// <summary>Something a person should know, or null.</summary>
    public string? Notice { get; init; }

    /// <summary>0 to 1.</summary>
    public double Coverage => TotalCount == 0 ? 1 : (double)DoneCount / TotalCount;
}
