using MirroredInfluence.Arrow;

namespace MirroredInfluence.Report.Tests;

public sealed class ResultArrowTests
{
    [Fact]
    public void EveryRankedRow_IsARow()
    {
        using var run = new SampleRun(queryCount: 4, topK: 6);
        using var file = Read(run.Result);
        var rows = run.Result.Queries.SelectMany(query => query.Top.Select(row => (query.Query.Name, Row: row))).ToArray();
        Assert.Equal(24, file.RowCount);
        Assert.Equal(rows.Select(row => row.Name), file.ReadTexts("query"));
        Assert.Equal(rows.Select(row => row.Row.Rank), file.ReadColumn<int>("rank"));
        Assert.Equal(rows.Select(row => row.Row.File.Uri), file.ReadTexts("shard"));
        Assert.Equal(rows.Select(row => row.Row.Row), file.ReadColumn<long>("row"));
        Assert.Equal(rows.Select(row => row.Row.Id), Ids(file));
        Assert.Equal(rows.Select(row => row.Row.Influence), file.ReadColumn<float>("influence"));
        Assert.Equal(rows.Select(row => row.Row.LossDifference), file.ReadColumn<float>("loss_difference"));
        Assert.Equal(rows.Select(row => row.Row.BaseLoss), file.ReadColumn<float>("base_loss"));
        Assert.Equal(rows.Select(row => row.Row.ZScore), file.ReadColumn<double>("z_score"));
        Assert.Equal(rows.Select(row => row.Row.Percentile), file.ReadColumn<double>("percentile"));
        Assert.Equal(run.Result.Run, file.Schema.Metadata["run"]);
    }

    [Fact]
    public void IdsThatAreNotAllInt64_AreText()
    {
        var top = new[] { RowValue.Of(7L), RowValue.Null, RowValue.Of("a") }.Select(id => SmallResult.Row(1, id));
        using var file = Read(SmallResult.Of(SmallResult.Query("q", [.. top])));
        Assert.Equal([RowValue.Of("7"), RowValue.Null, RowValue.Of("a")], Ids(file));
    }

    [Fact]
    public void ResultWithoutRows_IsAFileWithoutRows()
    {
        using var file = Read(SmallResult.Of(SmallResult.Query("q")));
        Assert.Equal(0, file.RowCount);
        Assert.Equal(10, file.Schema.Fields.Length);
    }

    private static RowValue[] Ids(ArrowFile file)
    {
        var ids = file.BindValue("id");
        return [.. Enumerable.Range(0, (int)file.RowCount).Select(row => ids.Get(row))];
    }

    private static ArrowFile Read(RunResult result)
    {
        var stream = new MemoryStream();
        ResultWriter.WriteArrow(stream, result);
        return ArrowFile.Parse(stream.ToArray(), "result.arrow");
    }
}
