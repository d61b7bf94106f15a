namespace MirroredInfluence.Engine;

/// <summary>A training row under one query, computed again.</summary>
public sealed record VerifiedRow
{
    public required string Query { get; init; }

    public required long TrainRow { get; init; }

    /// <summary>What the run recorded; null for a row that is not among the query's top-k.</summary>
    public required InfluenceEntry? Recorded { get; init; }

    /// <summary>Computed again in its own mini-batch; null when the row cannot be scored.</summary>
    public required InfluenceEntry? InMiniBatch { get; init; }

    /// <summary>Computed again in a mini-batch of its own; null when the row cannot be scored.</summary>
    public required InfluenceEntry? Alone { get; init; }

    /// <summary>
    /// Which of <see cref="Recorded"/> and <see cref="Alone"/> is off from <see cref="InMiniBatch"/> by more than
    /// <see cref="Verifier.Tolerance"/>, and in what; null when they agree, as far as they are there.
    /// </summary>
    public required string? Difference { get; init; }

    public bool Agrees => Difference is null;
}
