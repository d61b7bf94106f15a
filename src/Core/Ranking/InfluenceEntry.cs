namespace MirroredInfluence;

/// <summary>A training row and what one query makes of it.</summary>
public readonly record struct InfluenceEntry
{
    /// <summary>0-based index in the whole training set: file order, then row. <see cref="RunPlan.Locate"/> gives the file and its row.</summary>
    public required long TrainRow { get; init; }

    public required float Influence { get; init; }

    /// <summary>Mean over draws of ℓ(z; θ̃) − ℓ(z; θ̂), nats.</summary>
    public required float LossDifference { get; init; }

    /// <summary>Mean over draws of ℓ(z; θ̂), nats.</summary>
    public required float BaseLoss { get; init; }

    /// <summary>Filled in when a part is written; scanning does not read ids.</summary>
    public RowValue Id { get; init; }
}
