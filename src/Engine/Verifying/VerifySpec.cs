namespace MirroredInfluence.Engine;

/// <summary>What <see cref="Verifier"/> recomputes.</summary>
public sealed record VerifySpec
{
    /// <summary>Ranked rows of the result to draw at random, over all queries. Default 20.</summary>
    public int RowCount { get; init; } = 20;

    /// <summary>One training row for every query instead, by its index in the whole training set.</summary>
    public long? TrainRow { get; init; }

    public int Seed { get; init; }
}
