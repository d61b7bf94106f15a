using System.Collections.Immutable;

namespace MirroredInfluence.Engine;

/// <summary>What <see cref="Tuner"/> tries.</summary>
public sealed record TuneSpec
{
    /// <summary>
    /// Training rows used as their own queries, 5 or more; a fifth of them tunes, the others evaluate (§3). Default 25 (Table 9).
    /// </summary>
    public int PlantedRowCount { get; init; } = 25;

    public ImmutableArray<double> LearningRates { get; init; } = [1e-4, 3e-4, 1e-3, 3e-3, 1e-2];

    public ImmutableArray<int> Steps { get; init; } = [1, 3];

    /// <summary>Training rows that the planted ones are ranked among, in whole mini-batches drawn at random. Null: all rows.</summary>
    public int? SampleRowCount { get; init; } = 2000;

    /// <summary>Draws the planted rows and the sample.</summary>
    public int Seed { get; init; }
}
