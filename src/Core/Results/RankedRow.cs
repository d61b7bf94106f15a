namespace MirroredInfluence;

/// <summary>A line of a query's ranking.</summary>
public sealed record RankedRow
{
    /// <summary>1 is best.</summary>
    public required int Rank { get; init; }

    /// <summary>0-based index in the whole training set.</summary>
    public required long TrainRow { get; init; }

    /// <summary>The file that holds the row.</summary>
    public required DataFile File { get; init; }

    /// <summary>0-based index in the file.</summary>
    public required long Row { get; init; }

    public required RowValue Id { get; init; }

    public required float Influence { get; init; }

    public required float LossDifference { get; init; }

    public required float BaseLoss { get; init; }

    /// <summary>(influence − mean) / deviation over the query's scored rows; 0 where all influence is equal.</summary>
    public required double ZScore { get; init; }

    /// <summary>Percent of the rows the query ranks that come below in influence; among equal influence, the row ranked before is the one beyond.</summary>
    public required double Percentile { get; init; }
}
