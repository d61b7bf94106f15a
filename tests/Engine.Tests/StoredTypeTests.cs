using MirroredInfluence.Arrow;

namespace MirroredInfluence.Engine.Tests;

/// <summary>Files of one run that store a column in other types.</summary>
public sealed class StoredTypeTests : IDisposable
{
    private readonly Workbench _bench = new();

    [Fact]
    public async Task FilesOfOtherTypes_RankAsFilesOfOneType()
    {
        float[][] train = [[1, 0, 0, 0], [0, 2, 0, 0], [0, 0, 0.5f, 0], [3, 1, 0, 0]];
        var spec = _bench.VectorSpec(train[..2], test: [[1, 0, 0, 0], [0, 1, 0, 0]]);
        var spread = spec with
        {
            Train = spec.Train with { Shards = [_bench.File("train.arrow"), _bench.File("train-2.arrow")] },
            Compute = spec.Compute with { Lanes = 2 },
        };
        _bench.WriteVectors("train-2.arrow", train[2..]);
        var expected = await _bench.RunAsync(spread);

        Write<double>("train-2.arrow", ElementType.Float64, train[2..]);
        Write<long>("test.arrow", ElementType.Int64, [[1, 0, 0, 0], [0, 1, 0, 0]]);
        var found = await _bench.RunAsync(spread, "other");
        Assert.Equal(RunText.RankingOf(expected), RunText.RankingOf(found));
        Assert.NotEqual(expected.Run, found.Run);
    }

    [Fact]
    public async Task EqualBytesOfAnotherType_AreAnotherRun()
    {
        var spec = _bench.VectorSpec(train: [[1, 0, 0, 0]], test: [[1, 0, 0, 0]]);
        await _bench.RunAsync(spec);
        Write<int>("test.arrow", ElementType.Int32, [[BitConverter.SingleToInt32Bits(1f), 0, 0, 0]]);
        var message = await _bench.RefusalOf(spec, FailureKind.Invalid);
        Assert.Contains("inputs.test: ", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TypeThatTheArgumentCannotHold_IsRefused()
    {
        var spec = _bench.Spec();
        _bench.WriteRealLabel("test.arrow");

        Assert.Equal(
            $"{_bench.File("test.arrow")}: Argument 'label' is int64; column 'label' is float32, whose values it cannot all hold. "
            + "Convert the column in this file, or leave the file out.",
            await _bench.RefusalOf(spec, FailureKind.Invalid));
    }

    [Fact]
    public async Task QueryOverFilesOfOtherTypes_IsRefused()
    {
        var spec = _bench.VectorSpec(train: [[1, 0, 0, 0]], test: [[1, 0, 0, 0]]);
        Write<double>("test-2.arrow", ElementType.Float64, [[0, 1, 0, 0]]);
        var both = spec.Test with { Shards = [_bench.File("test.arrow"), _bench.File("test-2.arrow")] };
        Assert.Equal(2, (await _bench.RunAsync(spec with { Test = both }, "rows")).Queries.Length);
        Assert.Equal(
            $"query 'all': {_bench.File("test-2.arrow")} stores column 'x' as float64, the file of the query's first row as float32; "
            + "the rows of one query are ascended together and must be stored alike. Convert one of the files, or let each row be a query (test.query row).",
            await _bench.RefusalOf(spec with { Test = both with { Query = "all" } }, FailureKind.Invalid));
    }

    public void Dispose() => _bench.Dispose();

    private void Write<T>(string name, ElementType type, float[][] rows)
        where T : unmanaged, System.Numerics.INumber<T>
    {
        using var stream = File.Create(_bench.File(name));
        var x = new TensorColumnWriter("x", type, [4]);
        foreach (var row in rows)
            x.AppendRows<T>([.. row.Select(T.CreateChecked)]);
        new ArrowWriter(stream, [x]).Complete();
    }
}
