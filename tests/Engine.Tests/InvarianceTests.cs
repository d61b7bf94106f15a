using FsCheck;
using FsCheck.Fluent;
using MirroredInfluence.Arrow;
using MirroredInfluence.Torch;

namespace MirroredInfluence.Engine.Tests;

/// <summary>However the work is cut, ordered, spread or interrupted, the answer is the same bytes.</summary>
public sealed class InvarianceTests : IDisposable
{
    private readonly Workbench _bench = new();

    [Theory]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(64)]
    [InlineData(100_000)]
    public async Task ShardCut_ChangesNothing(int shardRows)
    {
        var spec = _bench.Spec();
        var expected = await _bench.RunAsync(spec);
        var found = await _bench.RunAsync(spec with { Compute = spec.Compute with { ShardRows = shardRows } }, "other");
        Assert.Equal(RunText.Of(expected), RunText.Of(found));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public async Task LaneCount_ChangesNoPart(int lanes)
    {
        var spec = _bench.Spec();
        var expected = await _bench.RunAsync(spec);
        var found = await _bench.RunAsync(spec with { Compute = spec.Compute with { Lanes = lanes } }, "other");
        Assert.Equal(RunText.Of(expected), RunText.Of(found));
        Assert.Equal(_bench.Parts(), _bench.Parts("other"));
    }

    [Theory]
    [InlineData(1, ArrowFormat.File, BodyCompression.None)]
    [InlineData(7, ArrowFormat.Stream, BodyCompression.None)]
    [InlineData(11, ArrowFormat.File, BodyCompression.Lz4Frame)]
    [InlineData(64, ArrowFormat.Stream, BodyCompression.Zstd)]
    public async Task RecordBatches_ChangeNothing(int recordBatchRows, ArrowFormat format, BodyCompression compression)
    {
        var expected = await _bench.RunAsync(_bench.Spec());
        var images = new Images { RecordBatchRows = recordBatchRows, Format = format, Compression = compression };
        var found = await _bench.RunAsync(_bench.Spec(train: images), "other");
        Assert.Equal(RunText.Of(expected), RunText.Of(found));
    }

    [Fact]
    public async Task CutIntoFilesAtMiniBatches_ChangesNoRanking()
    {
        var spec = _bench.Spec();
        var expected = await _bench.RunAsync(spec);
        new Images { RowCount = 48 }.Write(_bench.File("part-0.arrow"));
        new Images { RowCount = 0, IsShuffled = true }.Write(_bench.File("part-1.arrow"));
        new Images { FirstRow = 48, RowCount = 52, IsShuffled = true }.Write(_bench.File("part-2.arrow"));
        var found = await _bench.RunAsync(spec with { Train = spec.Train with { Shards = [_bench.File("part-*.arrow")] } }, "other");
        Assert.Equal(RunText.RankingOf(expected), RunText.RankingOf(found));
    }

    [Fact]
    public async Task AnyCutLanesAndBatches_ChangeNothing()
    {
        var expected = RunText.Of(await _bench.RunAsync(_bench.Spec()));
        var runs = 0;
        Prop.ForAll(
            ArbMap.Default.ArbFor<(PositiveInt ShardRows, PositiveInt Lanes, PositiveInt RecordBatchRows)>(),
            run =>
            {
                var spec = _bench.Spec(train: new Images { RecordBatchRows = run.RecordBatchRows.Get });
                spec = spec with { Compute = spec.Compute with { ShardRows = run.ShardRows.Get, Lanes = 1 + (run.Lanes.Get % 4) } };
                return RunText.Of(_bench.RunAsync(spec, $"run-{runs++}").GetAwaiter().GetResult()) == expected;
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(15));
    }

    [Fact]
    public async Task WarmRun_EqualsTheColdOne()
    {
        var spec = _bench.Spec();
        spec = spec with { Compute = spec.Compute with { Cache = _bench.File("cache") } };
        var cold = await _bench.RunAsync(spec);
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(_bench.File("cache"), "losses"), "*", SearchOption.AllDirectories));
        var warm = await _bench.RunAsync(spec, "other");
        Assert.Equal(RunText.Of(cold), RunText.Of(warm));
        Assert.Equal(_bench.Parts(), _bench.Parts("other"));
    }

    [Fact]
    public async Task SharedPrefix_GivesTheLossesOfTheWholeForward()
    {
        var spec = _bench.Spec(Archives.Split);
        spec = spec with { Ascent = spec.Ascent with { Trainable = ["out.*"] } };
        var result = await _bench.RunAsync(spec);

        using var model = BaseModel.Load(Archives.Split);
        foreach (var query in result.Queries)
        {
            using var weights = WeightSet.Open(Path.Combine(_bench.File("run"), "weights", $"{query.Query.Name}.safetensors"), model, $"run {result.Run}, query {query.Query.Name}");
            Assert.True(weights.SharesPrefix);

            // Without θ̂ before it in the same mini-batch, θ̃ has no features to share.
            var after = PlainLoop.Losses(model, weights, 100, spec.Score.MiniBatchRows);
            Assert.All(query.Top, row => Assert.Equal(after[row.TrainRow] - (double)row.BaseLoss, row.LossDifference, 1e-7));
        }
    }

    public void Dispose() => _bench.Dispose();
}
