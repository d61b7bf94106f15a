namespace MirroredInfluence.Engine;

/// <summary>How well one learning rate and number of steps find planted rows.</summary>
public sealed record TunePoint
{
    public required double LearningRate { get; init; }

    public required int Steps { get; init; }

    /// <summary>Planted rows that were ranked.</summary>
    public required int PlantedCount { get; init; }

    /// <summary>Those of them that came first.</summary>
    public required int FirstCount { get; init; }

    /// <summary>Those of them whose ascent ended in a loss that is no number: they have no rank.</summary>
    public required int DivergedCount { get; init; }

    /// <summary>Of the rows that did not diverge, or null when all did. 1 is best; a row past the ranks kept counts as the one after the last.</summary>
    public required double? MeanRank { get; init; }

    /// <summary>Share of planted rows that came first, 0 to 1: recall@1.</summary>
    public double Recall => (double)FirstCount / PlantedCount;

    public bool FindsAll => FirstCount == PlantedCount;
}
