namespace MirroredInfluence.Grains;

/// <summary>How far a run is with a phase other than scoring.</summary>
[GenerateSerializer]
[Alias("MirroredInfluence.PhaseReport")]
public sealed record PhaseReport
{
    /// <summary>Planning, ascending or reducing.</summary>
    [Id(0)]
    public required RunState State { get; init; }

    /// <summary>Units, as of <see cref="RunState"/>.</summary>
    [Id(1)]
    public required long DoneCount { get; init; }

    [Id(2)]
    public required long TotalCount { get; init; }

    /// <summary>Units a second; 0 while it is not known.</summary>
    [Id(3)]
    public required double PerSecond { get; init; }
}
