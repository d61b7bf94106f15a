using FsCheck.Fluent;
using static MirroredInfluence.Core.Tests.Arbitraries;

namespace MirroredInfluence.Core.Tests;

public sealed class QueryResultTests
{
    private static readonly RunPlan Plan = RunPlan.Cut(
        [new DataFile { Uri = "/a", Digest = "a", RowCount = 3 }, new DataFile { Uri = "/b", Digest = "b", RowCount = 1000 }], 8, 4);

    [Fact]
    public void ARanking_TellsWhereEachRowStands()
    {
        var reduction = new QueryReduction(2, RankOrder.Proponents);
        foreach (var (row, influence) in new[] { 2f, 4, 4, 4, 5, 5, 7, 9 }.Index())
            reduction.Add(row, influence, influence, 1, row < 4 ? "low" : "high");
        var result = QueryResult.From(new Query { Name = "q", Rows = [new TestRow(0, 5)] }, reduction, Plan);
        Assert.Equal((5.0, 2.0), (result.Mean, result.Deviation));
        Assert.Equal([(1, 7L, "/b", 4L, 2.0, 87.5), (2, 6, "/b", 3, 1.0, 75)], result.Top.Select(row => (row.Rank, row.TrainRow, row.File.Uri, row.Row, row.ZScore, row.Percentile)));
        Assert.Equal([("high", 4L, 6.5), ("low", 4L, 3.5)], result.Groups.Select(group => (group.Group, group.RowCount, group.Mean)));
    }

    [Theory]
    [InlineData(RankOrder.Proponents)]
    [InlineData(RankOrder.Opponents)]
    [InlineData(RankOrder.Absolute)]
    public void APercentile_IsTheShareOfRowsWithLessInfluence(RankOrder rank) => ForAll(Floats, found =>
    {
        float[] values = [.. found.Distinct()];
        var reduction = new QueryReduction(5, rank);
        foreach (var (row, influence) in values.Index())
            reduction.Add(row, influence, influence, 1);
        foreach (var row in QueryResult.From(new Query { Name = "q", Rows = [] }, reduction, Plan).Top)
            Assert.Equal(100.0 * values.Count(other => other < row.Influence) / values.Length, row.Percentile);
    });

    [Fact]
    public void EqualInfluence_HasZScoreZero()
    {
        var reduction = new QueryReduction(2, RankOrder.Proponents);
        reduction.Add(0, 1, 1, 1);
        reduction.Add(1, 1, 1, 1);
        Assert.All(QueryResult.From(new Query { Name = "q", Rows = [] }, reduction, Plan).Top, row => Assert.Equal(0.0, row.ZScore));
    }

    [Fact]
    public void AnySplitAndOrder_GivesTheSameResult() => ForAll(FloatsInParts, values =>
    {
        var whole = new QueryReduction(3, RankOrder.Absolute);
        var parts = Enumerable.Range(0, 4).Select(_ => new QueryReduction(3, RankOrder.Absolute)).ToArray();
        foreach (var (row, (value, part)) in values.Index().Take(1000))
        {
            whole.Add(row, value, value, 1, $"{part}");
            parts[part].Add(row, value, value, 1, $"{part}");
        }

        parts[3].Merge(parts[0]);
        parts[2].Merge(parts[1]);
        parts[2].Merge(parts[3]);
        Assert.Equal(Describe(whole), Describe(parts[2]));
    });

    private static string Describe(QueryReduction reduction)
    {
        var result = QueryResult.From(new Query { Name = "q", Rows = [] }, reduction, Plan);
        return $"{result.Mean:R} {result.Deviation:R} {string.Join(' ', result.Top)} {string.Join(' ', result.Groups)} {string.Join(' ', result.Histogram.Bins)}";
    }
}
