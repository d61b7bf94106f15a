using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace MirroredInfluence.Report.Tests;

public sealed class ResultJsonTests
{
    [Fact]
    public void Result_HasExactlyTheDocumentedBytes()
    {
        var result = SmallResult.Of(
            SmallResult.Query("leak-7", SmallResult.Row(1, RowValue.Of(7L), 0.1f, 1e-7f), SmallResult.Row(2, RowValue.Null, -3f)),
            SmallResult.Query("größe <b>", SmallResult.Row(1, RowValue.Of("it's"))) with { Groups = [new GroupInfluence("web", 3, -0.5)] });
        Assert.Equal(
            """
            {"run":"0123456789abcdef","estimator":"forward-inf","rank":"proponents","queries":[
            {"query":"leak-7","top":[
            {"rank":1,"shard":"/data/train-0.arrow","row":11,"id":7,"influence":0.1,"lossDifference":0.1,"baseLoss":1E-07,"zScore":12.5},
            {"rank":2,"shard":"/data/train-0.arrow","row":12,"id":null,"influence":-3,"lossDifference":-3,"baseLoss":0.5,"zScore":12.5}
            ],"mean":0.1,"deviation":2},
            {"query":"größe \u003Cb\u003E","top":[
            {"rank":1,"shard":"/data/train-0.arrow","row":11,"id":"it\u0027s","influence":1,"lossDifference":1,"baseLoss":0.5,"zScore":12.5}
            ],"mean":0.1,"deviation":2,"groups":[{"group":"web","rows":3,"mean":-0.5}]}
            ],"expectedRows":100,"scoredRows":97,"unscorableRows":{"null":2,"non-finite-loss":1}}
            """.ReplaceLineEndings("") + "\n",
            Text(result));
    }

    [Fact]
    public void EveryFloat_ReadsBackTheSame()
    {
        Prop.ForAll<float, double>((influence, mean) =>
        {
            var single = float.IsFinite(influence) ? influence : float.MaxValue;
            var wide = double.IsFinite(mean) ? mean : double.Epsilon;
            var result = SmallResult.Of(SmallResult.Query("q", SmallResult.Row(1, RowValue.Null, single)) with { Mean = wide });
            using var json = JsonDocument.Parse(Text(result));
            var query = json.RootElement.GetProperty("queries")[0];
            return query.GetProperty("top")[0].GetProperty("influence").GetSingle() == single && query.GetProperty("mean").GetDouble() == wide;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void IdsOfEveryKind_AreNumbersTextsOrNull()
    {
        RowValue[] ids = [RowValue.Of(-1L), RowValue.Of(ulong.MaxValue), RowValue.Of("7"), RowValue.Of([0xAB, 0x01]), RowValue.Null];
        using var json = JsonDocument.Parse(Text(SmallResult.Of(SmallResult.Query("q", [.. ids.Select(id => SmallResult.Row(1, id))]))));
        var top = json.RootElement.GetProperty("queries")[0].GetProperty("top");
        Assert.Equal(["-1", "18446744073709551615", "\"7\"", "\"ab01\"", "null"], top.EnumerateArray().Select(row => row.GetProperty("id").GetRawText()));
    }

    [Fact]
    public void TheSameResultTwice_GivesTheSameBytes()
    {
        using var first = new SampleRun(queryCount: 30, hasGroups: true);
        using var second = new SampleRun(queryCount: 30, hasGroups: true);
        Assert.Equal(
            Text(first.Result).Replace(first.File(""), "", StringComparison.Ordinal), Text(second.Result).Replace(second.File(""), "", StringComparison.Ordinal));
    }

    private static string Text(RunResult result)
    {
        using var stream = new MemoryStream();
        ResultWriter.WriteJson(stream, result);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
