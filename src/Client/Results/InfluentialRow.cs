namespace MirroredInfluence.Client;

/// <summary>A line of a query's ranking.</summary>
public sealed record InfluentialRow
{
    /// <summary>1 is best.</summary>
    public required int Rank { get; init; }

    /// <summary>The training file: an absolute path, or an address.</summary>
    public required string Shard { get; init; }

    /// <summary>0-based index in the file.</summary>
    public required long Row { get; init; }

    /// <summary>An integer, a text (binary ids as lower-case hex), or null without <c>train.id</c>.</summary>
    public required RowValue Id { get; init; }

    /// <summary>Positive = proponent: training on the row lowers the query's loss. Nats; with <c>skew</c>, no unit.</summary>
    public required float Influence { get; init; }

    /// <summary>Mean over draws of ℓ(z; θ̃) − ℓ(z; θ̂), nats.</summary>
    public required float LossDifference { get; init; }

    /// <summary>Mean over draws of ℓ(z; θ̂), nats.</summary>
    public required float BaseLoss { get; init; }

    /// <summary>(influence − mean) / deviation over the query's scored rows; 0 where the deviation is 0.</summary>
    public required double ZScore { get; init; }
}
