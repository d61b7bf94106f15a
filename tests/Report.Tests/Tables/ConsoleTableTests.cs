using System.Globalization;

namespace MirroredInfluence.Report.Tests;

public sealed class ConsoleTableTests
{
    [Fact]
    public void Table_ReadsLikeThis()
    {
        var result = SmallResult.Of(
            SmallResult.Query("leak-7", SmallResult.Row(1, RowValue.Of(7L), 5.5f, 0.0391f), SmallResult.Row(2, RowValue.Of(13L), -0.00042f)),
            SmallResult.Query("test-3", SmallResult.Row(1, RowValue.Null, 123456f, 0)));
        Assert.Equal(
            """
            query     #  training row           influence   z-score   base loss
            leak-7    1  7   train-0.arrow:11     +5.5000    +12.50      0.0391
                      2  13  train-0.arrow:12   -4.200e-4    +12.50      0.5000
            test-3    1      train-0.arrow:11    +1.235e5    +12.50           0

            100 training rows = 97 scored + 3 unscorable (2 null, 1 non-finite loss)
            report: out/first/report.html

            """.ReplaceLineEndings("\n"),
            Text(result));
    }

    [Fact]
    public void ThousandQueries_ShowTenAndSayWhereTheRestIs()
    {
        var result = SmallResult.Of([.. Enumerable.Range(0, 1000).Select(query => SmallResult.Query($"test-{query}", [.. Enumerable.Range(1, 100).Select(rank => SmallResult.Row(rank, RowValue.Null))]))]);
        var lines = Text(result).Split('\n');
        Assert.Contains("… and 990 more queries in result.json", lines);
        Assert.Equal(10, lines.Count(line => line.StartsWith("test-", StringComparison.Ordinal)));
        Assert.True(lines.Length < 45, $"{lines.Length} lines");
    }

    [Fact]
    public void OneQuery_ShowsTenRows()
    {
        var result = SmallResult.Of(SmallResult.Query("all", [.. Enumerable.Range(1, 100).Select(rank => SmallResult.Row(rank, RowValue.Null))]));
        Assert.Equal(10, Text(result).Split('\n').Count(line => line.Contains("train-0.arrow:", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(100)]
    [InlineData(300)]
    public void LongNames_FitTheWidth(int width)
    {
        var name = string.Concat(Enumerable.Repeat("sehr-langer-name-東京-", 20));
        var text = Text(SmallResult.Of(SmallResult.Query(name, SmallResult.Row(1, RowValue.Of(name)))), width);
        foreach (var line in text.Split('\n').TakeWhile(line => line.Length > 0))
            Assert.True(Line.WidthOf(line) <= Math.Min(width, 100), line);
    }

    [Fact]
    public void NamesThatSteerTheTerminal_AreMadeHarmless()
    {
        var text = Text(SmallResult.Of(SmallResult.Query("\e[2J\u202eevil\r\n", SmallResult.Row(1, RowValue.Of("\e]0;owned\a")))));
        Assert.DoesNotContain(text, character => char.IsControl(character) && character != '\n');
        Assert.DoesNotContain('\u202e', text);
        Assert.Contains("�[2J�evil��", text);
    }

    [Fact]
    public void Colour_ComesOnlyWhenAskedFor()
    {
        var result = SmallResult.Of(SmallResult.Query("q", SmallResult.Row(1, RowValue.Null)));
        Assert.DoesNotContain('\e', Text(result));
        Assert.Contains("\e[34m", Text(result, usesColor: true));
    }

    [Fact]
    public void FilesOfTheSameName_AreToldApart()
    {
        var other = SmallResult.File with { Uri = "/other/train-0.arrow" };
        var result = SmallResult.Of(SmallResult.Query("q", SmallResult.Row(1, RowValue.Null), SmallResult.Row(2, RowValue.Null) with { File = other }));
        var text = Text(result, files: [SmallResult.File, other]);
        Assert.Contains("data/train-0.arrow:11", text, StringComparison.Ordinal);
        Assert.Contains("other/train-0.arrow:12", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "Query 'flat' and 1 more: every influence is 0, so the order says nothing. The ascent changed no loss: ")]
    [InlineData(0.5f, "Query 'flat' and 1 more: all rows have the same influence, so the order says nothing. The model seems to mix the rows of a mini-batch ")]
    public void InfluenceThatIsTheSameForAllRows_IsToldOf(float influence, string note)
    {
        var result = SmallResult.Of(SmallResult.Query("good"), Flat("flat"), Flat("other"));
        Assert.Contains($"\n{note}", Text(result), StringComparison.Ordinal);

        QueryResult Flat(string name)
        {
            var histogram = new InfluenceHistogram();
            histogram.Add(influence);
            histogram.Add(influence);
            return SmallResult.Query(name) with { Mean = influence, Deviation = 0, Histogram = histogram };
        }
    }

    private static string Text(RunResult result, int width = 100, bool usesColor = false, params IEnumerable<DataFile> files)
    {
        using var writer = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        ConsoleTable.Write(writer, result, new FileLabels(files.Append(SmallResult.File)), [("report", "out/first/report.html")], width, usesColor);
        return writer.ToString();
    }
}
