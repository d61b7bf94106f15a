namespace MirroredInfluence.Engine.Tests;

/// <summary>All of a result in words; equal when every bit of it is.</summary>
internal static class RunText
{
    public static string Of(RunResult result) => string.Join('\n',
    [
        $"{result.Run} {result.Estimator} {result.Rank} expected {result.ExpectedRows} scored {result.ScoredRows}",
        $"unscorable {string.Join(' ', result.Unscorable.CountsByReason)} {string.Join(' ', result.Unscorable.Sample)}",
        .. result.Queries.SelectMany(Of),
    ]);

    /// <summary>The rankings alone, without the names of files and the run's id.</summary>
    public static string RankingOf(RunResult result) => string.Join('\n', result.Queries.SelectMany(query => query.Top.Select(row =>
        $"{query.Query.Name} {row.TrainRow} {row.Id} {Bits(row.Influence)} {Bits(row.LossDifference)} {Bits(row.BaseLoss)}")));

    private static IEnumerable<string> Of(QueryResult query) =>
    [
        $"query {query.Query.Name} {string.Join(' ', query.Query.Rows)} mean {query.Mean:R} deviation {query.Deviation:R}",
        $"histogram {string.Join(' ', query.Histogram.Bins)}",
        $"groups {string.Join(' ', query.Groups)}",
        .. query.Top.Select(row =>
            $"{row.Rank} {row.TrainRow} {row.File} {row.Row} {row.Id} {Bits(row.Influence)} {Bits(row.LossDifference)} {Bits(row.BaseLoss)} {row.ZScore:R} {row.Percentile:R}"),
    ];

    private static int Bits(float value) => BitConverter.SingleToInt32Bits(value);
}
