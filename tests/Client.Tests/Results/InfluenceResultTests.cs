using System.Text;

namespace MirroredInfluence.Client.Tests;

public sealed class InfluenceResultTests
{
    private const string Documented =
        """
        {"run":"0123456789abcdef","estimator":"forward-inf","rank":"opponents","queries":[{"query":"leak-7","top":[{"rank":1,"shard":"/data/train-0.arrow","row":11,"id":7,"influence":0.1,"lossDifference":0.2,"baseLoss":1E-07,"zScore":12.5},{"rank":2,"shard":"/data/train-0.arrow","row":12,"id":null,"influence":-3,"lossDifference":-3,"baseLoss":0.5,"zScore":-1.5}],"mean":0.1,"deviation":2,"groups":[{"group":"web","rows":3,"mean":-0.5}]},{"query":"größe \u003Cb\u003E","top":[],"mean":0,"deviation":0}],"expectedRows":100,"scoredRows":97,"unscorableRows":{"null":2,"non-finite-loss":1}}

        """;

    [Fact]
    public void EveryField_IsRead()
    {
        var bytes = Encoding.UTF8.GetBytes(Documented);
        var result = InfluenceResult.Parse(bytes, "result.json");

        Assert.Equal(("0123456789abcdef", "forward-inf", RankOrder.Opponents, 100, 97), (result.Run, result.Estimator, result.Rank, result.ExpectedRows, result.ScoredRows));
        Assert.Equal([KeyValuePair.Create(UnscorableReason.Null, 2L), KeyValuePair.Create(UnscorableReason.NonFiniteLoss, 1L)], result.UnscorableRows);
        Assert.Equal(bytes, result.Json.ToArray());
        Assert.Equal(["leak-7", "größe <b>"], result.Queries.Select(query => query.Name));
        Assert.Equal((0.1, 2.0), (result.Queries[0].Mean, result.Queries[0].Deviation));
        Assert.Equal([new GroupInfluence("web", 3, -0.5)], result.Queries[0].Groups);
        Assert.Empty(result.Queries[1].Top);
        Assert.Empty(result.Queries[1].Groups);
        Assert.Equal(
            [
                new InfluentialRow { Rank = 1, Shard = "/data/train-0.arrow", Row = 11, Id = RowValue.Of(7L), Influence = 0.1f, LossDifference = 0.2f, BaseLoss = 1e-7f, ZScore = 12.5 },
                new InfluentialRow { Rank = 2, Shard = "/data/train-0.arrow", Row = 12, Id = RowValue.Null, Influence = -3, LossDifference = -3, BaseLoss = 0.5f, ZScore = -1.5 },
            ],
            result.Queries[0].Top);
    }

    [Theory]
    [InlineData("\"id\":7", "\"id\":18446744073709551615", "18446744073709551615")]
    [InlineData("\"id\":7", "\"id\":-9223372036854775808", "-9223372036854775808")]
    [InlineData("\"id\":7", "\"id\":\"ab01\"", "ab01")]
    public void IdsOfEveryKind_AreRead(string found, string replacement, string id) =>
        Assert.Equal(id, Parse(found, replacement).Queries[0].Top[0].Id.ToString());

    [Fact]
    public void FieldsOfLaterVersions_ArePassedOver() =>
        Assert.Equal(97, Parse("\"scoredRows\":97", "\"scoredRows\":97,\"later\":{\"x\":[1]}").ScoredRows);

    [Theory]
    [InlineData("\"run\":", "\"ran\":", "run: found nothing; expected a field")]
    [InlineData("\"0123456789abcdef\"", "7", "run: found 7; expected a text")]
    [InlineData("\"0123456789abcdef\"", "\"\\ud800\"", "run: found \"\\ud800\"; expected a text")]
    [InlineData("\"opponents\"", "\"best\"", "rank: found 'best'; expected one of proponents, opponents, absolute")]
    [InlineData("\"rank\":2", "\"rank\":3", "queries[0].top[1].rank: found 3; expected 2")]
    [InlineData("\"row\":11", "\"row\":-11", "queries[0].top[0].row: found -11; expected an integer of 0 or more")]
    [InlineData("\"row\":11", "\"row\":11.5", "queries[0].top[0].row: found 11.5; expected an integer of 0 or more")]
    [InlineData("\"id\":7", "\"id\":7.5", "queries[0].top[0].id: found 7.5; expected an integer, a text or null")]
    [InlineData("\"influence\":0.1", "\"influence\":\"NaN\"", "queries[0].top[0].influence: found \"NaN\"; expected a float32")]
    [InlineData("\"influence\":0.1", "\"influence\":1e39", "queries[0].top[0].influence: found 1e39; expected a float32")]
    [InlineData("\"mean\":0.1", "\"mean\":1e309", "queries[0].mean: found 1e309; expected a float64")]
    [InlineData("\"top\":[]", "\"top\":{}", "queries[1].top: found {}; expected an array")]
    [InlineData("\"leak-7\"", "\"größe <b>\"", "queries[1].query: found \"größe \\u003Cb\\u003E\"; expected a name that no query before has")]
    [InlineData("\"null\":2", "\"none\":2", "unscorableRows.none: found 'none'; expected one of null, wrong-length, non-finite-loss, corrupt-record-batch, model-error, poisoned-shard")]
    [InlineData("\"null\":2", "\"null\":3", "expectedRows: found 100; expected 101, the scored and the unscorable rows")]
    [InlineData("\"scoredRows\":97", "\"scoredRows\":97,\"scoredRows\":97", "found no JSON (")]
    [InlineData("\"expectedRows\"", "", "found no JSON (")]
    [InlineData("{\"null\":2,\"non-finite-loss\":1}", "[3]", "unscorableRows: found [3]; expected an object")]
    public void WhatIsNoResult_IsRefusedByItsField(string found, string replacement, string message)
    {
        var failure = Assert.Throws<MirroredException>(() => Parse(found, replacement));
        Assert.Equal(FailureKind.Data, failure.Kind);
        Assert.StartsWith($"out/result.json: {message}", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    public void AnotherDocument_IsRefused(string json) =>
        Assert.Equal(FailureKind.Data, Assert.Throws<MirroredException>(() => InfluenceResult.Parse(Encoding.UTF8.GetBytes(json), "x")).Kind);

    [Fact]
    public void AnyChangedOrMissingByte_GivesAResultOrADataFailure()
    {
        var bytes = Encoding.UTF8.GetBytes(Documented);
        foreach (var replacement in "\0 {}[]\",:0-9eE\\u\u00ff"u8.ToArray())
        {
            for (var index = 0; index < bytes.Length; index++)
            {
                var changed = bytes.ToArray();
                changed[index] = replacement;
                Try(changed);
            }
        }

        for (var length = 0; length < bytes.Length; length++)
            Try(bytes[..length]);

        static void Try(byte[] json)
        {
            try
            {
                InfluenceResult.Parse(json, "x");
            }
            catch (MirroredException failure) when (failure.Kind == FailureKind.Data)
            {
                // An answer.
            }
        }
    }

    private static InfluenceResult Parse(string found, string replacement)
    {
        Assert.Contains(found, Documented, StringComparison.Ordinal);
        var index = Documented.IndexOf(found, StringComparison.Ordinal);
        return InfluenceResult.Parse(Encoding.UTF8.GetBytes(Documented[..index] + replacement + Documented[(index + found.Length)..]), "out/result.json");
    }
}
