using System.Collections.Immutable;

namespace MirroredInfluence.Report.Tests;

/// <summary>Results made by hand.</summary>
internal static class SmallResult
{
    public static readonly DataFile File = new() { Uri = "/data/train-0.arrow", Digest = new string('0', 64), RowCount = 100 };

    public static RunResult Of(params ImmutableArray<QueryResult> queries)
    {
        var unscorable = new UnscorableRows();
        unscorable.AddCount(UnscorableReason.Null, 2);
        unscorable.AddCount(UnscorableReason.NonFiniteLoss, 1);
        return new RunResult
        {
            Run = "0123456789abcdef",
            Estimator = "forward-inf",
            Rank = RankOrder.Proponents,
            Queries = queries,
            ExpectedRows = 100,
            ScoredRows = 97,
            Unscorable = unscorable,
        };
    }

    public static QueryResult Query(string name, params ImmutableArray<RankedRow> top) => new()
    {
        Query = new Query { Name = name, Rows = [new TestRow(0, 0)] },
        Top = top,
        Mean = 0.1,
        Deviation = 2,
        Histogram = new InfluenceHistogram(),
        Groups = [],
    };

    public static RankedRow Row(int rank, RowValue id, float influence = 1, float baseLoss = 0.5f) => new()
    {
        Rank = rank,
        TrainRow = rank + 10,
        File = File,
        Row = rank + 10,
        Id = id,
        Influence = influence,
        LossDifference = influence,
        BaseLoss = baseLoss,
        ZScore = 12.5,
        Percentile = 99.5,
    };
}
