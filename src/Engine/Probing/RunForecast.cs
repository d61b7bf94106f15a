using System.Collections.Immutable;

namespace MirroredInfluence.Engine;

/// <summary>What a run will cost, from a measured probe; nothing of it is written.</summary>
public sealed record RunForecast
{
    /// <summary>Without digests, and so without the run's id: those take reading all data.</summary>
    public required PlannedRun Run { get; init; }

    public required int LaneCount { get; init; }

    /// <summary>At the spec's mini-batch size and lanes.</summary>
    public required ProbePoint Measured { get; init; }

    /// <summary>All that was tried, the spec's own included.</summary>
    public required ImmutableArray<ProbePoint> Points { get; init; }

    /// <summary>The fastest for this run's queries. Another mini-batch size makes another run.</summary>
    public required ProbePoint Suggested { get; init; }

    /// <summary>Of the training files, read once.</summary>
    public required long TrainBytes { get; init; }

    /// <summary>Of all weight sets, as the first query's was measured.</summary>
    public required long WeightBytes { get; init; }

    /// <summary>Most bytes that parts and saved losses take.</summary>
    public required long PartBytesMax { get; init; }

    /// <summary>About, of result.json, result.arrow and report.html; without the report's pictures.</summary>
    public required long ResultBytes { get; init; }

    /// <summary>Resident memory at its peak, without mapped files.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>Loading the model, checking the files and the rehearsal; without the digests of files that have none cached.</summary>
    public required TimeSpan StartTime { get; init; }

    public required TimeSpan AscentTime { get; init; }

    /// <summary>With no base loss cached.</summary>
    public required TimeSpan ColdScoreTime { get; init; }

    /// <summary>With all base losses cached.</summary>
    public required TimeSpan WarmScoreTime { get; init; }
}
