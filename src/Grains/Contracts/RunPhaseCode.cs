namespace MirroredInfluence.Grains;

/// <summary>Where a run is, in order; the last three are ends. Numbers never change their meaning.</summary>
[GenerateSerializer]
[Alias("MirroredInfluence.RunPhaseCode")]
public enum RunPhaseCode
{
    Waiting = 0,
    Planning = 1,
    Ascending = 2,
    Scoring = 3,
    Reducing = 4,
    Finished = 10,
    Failed = 11,
    Cancelled = 12,
}
