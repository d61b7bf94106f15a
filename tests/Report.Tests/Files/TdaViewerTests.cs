using System.Text;
using System.Text.Json;

namespace MirroredInfluence.Report.Tests;

public sealed class TdaViewerTests
{
    [Fact]
    public void Rankings_AreSplitByTheSignOfInfluence()
    {
        using var run = new SampleRun(queryCount: 2, topK: 7, caption: row => $"<text {row}>", rank: RankOrder.Absolute);
        using var stream = new MemoryStream();
        TdaViewerWriter.Write(stream, run.Result, run.Manifest, run.Data, TestContext.Current.CancellationToken);
        var lines = Encoding.UTF8.GetString(stream.ToArray()).Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.Empty(lines[2]);

        var query = JsonDocument.Parse(lines[1]).RootElement;
        Assert.Equal("test-1", query.GetProperty("example_id").GetString());
        Assert.Equal("<text 1>", query.GetProperty("inputs_plaintext").GetString());
        Assert.Equal(["<text 1>", "<text 0>", "<text 3>", "<text 4>", "<text 6>", "<text 7>"], Texts(query, "proponents"));
        Assert.Equal(["1", "0", "3", "4", "6", "7"], Texts(query, "proponent_ids"));
        Assert.Equal([1f, 0.5f, 1 / 3f, 0.25f, 1 / 6f, 1 / 7f], query.GetProperty("proponent_scores").EnumerateArray().Select(score => score.GetSingle()));
        Assert.Equal(["<text 2>"], Texts(query, "opponents"));
        Assert.Equal(["2"], Texts(query, "opponent_ids"));
        Assert.Equal([-0.125f], query.GetProperty("opponent_scores").EnumerateArray().Select(score => score.GetSingle()));
    }

    private static IEnumerable<string?> Texts(JsonElement query, string field) => query.GetProperty(field).EnumerateArray().Select(text => text.GetString());
}
