using MirroredInfluence.Arrow;
using MirroredInfluence.Torch;

namespace MirroredInfluence.Engine.Tests;

/// <summary>A run against loops written out by hand over the same model.</summary>
public sealed class ScoringTests : IDisposable
{
    private readonly Workbench _bench = new();

    [Theory]
    [InlineData(RankOrder.Proponents)]
    [InlineData(RankOrder.Opponents)]
    [InlineData(RankOrder.Absolute)]
    public async Task Ranking_IsThatOfAPlainLoop(RankOrder rank)
    {
        var spec = _bench.Spec();
        spec = spec with { Score = spec.Score with { Rank = rank } };
        var result = await _bench.RunAsync(spec);

        using var model = BaseModel.Load(Archives.Classifier);
        foreach (var query in result.Queries)
        {
            using var weights = WeightSet.Open(Path.Combine(_bench.File("run"), "weights", $"{query.Query.Name}.safetensors"), model, $"run {result.Run}, query {query.Query.Name}");
            var before = PlainLoop.Losses(model, null, 100, spec.Score.MiniBatchRows);
            var after = PlainLoop.Losses(model, weights, 100, spec.Score.MiniBatchRows);
            var expected = Enumerable.Range(0, 100)
                .Select(row => (Row: (long)row, Influence: (float)((double)after[row] - before[row]), Base: before[row]))
                .OrderByDescending(row => rank.Score(row.Influence)).ThenBy(row => row.Row)
                .Take(10);
            Assert.Equal(expected, query.Top.Select(row => (row.TrainRow, row.Influence, row.BaseLoss)));
        }
    }

    [Fact]
    public async Task DuplicateOfAQuery_RanksFirst()
    {
        new Images { FirstRow = 5001, RowCount = 1 }.Write(_bench.File("leak.arrow"));
        var spec = _bench.Spec();
        spec = spec with { Train = spec.Train with { Shards = [_bench.File("train.arrow"), _bench.File("leak.arrow")] } };
        var result = await _bench.RunAsync(spec);
        Assert.Equal(RowValue.Of(6001L), result.Queries[1].Top[0].Id);
    }

    [Fact]
    public async Task Groups_HoldTheMeanOfTheirRows()
    {
        var spec = _bench.Spec();
        var result = await _bench.RunAsync(spec with { Train = spec.Train with { Group = "source" }, Score = spec.Score with { TopK = 100 } });
        foreach (var query in result.Queries)
        {
            // Rows that are multiples of 7 have no source.
            var expected = query.Top.Where(row => row.TrainRow % 7 != 0)
                .GroupBy(row => $"source-{row.TrainRow % 4}")
                .Select(group => (Group: group.Key, Rows: (long)group.Count(), Mean: group.Average(row => (double)row.Influence)))
                .OrderByDescending(group => group.Mean).ToArray();
            Assert.Equal(expected.Select(group => (group.Group, group.Rows)), query.Groups.Select(group => (group.Group, group.RowCount)));
            Assert.All(expected.Zip(query.Groups), pair => Assert.Equal(pair.First.Mean, pair.Second.Mean, 1e-12));
        }
    }

    [Fact]
    public async Task SavedLosses_AreThoseOfTheRanking()
    {
        var spec = _bench.Spec(train: new Images { NullRows = [33] });
        var result = await _bench.RunAsync(spec with { Score = spec.Score with { SaveLosses = true, MaxUnscorable = 1 } });
        using var file = ArrowFile.Open(Path.Combine(_bench.File("run"), "losses", "00000001.arrow"));
        Assert.Equal(32, file.RowCount);
        var shardTop = result.Queries[2].Top.Where(row => row.TrainRow is >= 32 and < 64).ToArray();
        Assert.NotEmpty(shardTop);
        var baseLoss = file.ReadColumn<float>("baseLoss");
        var lossDifference = file.ReadColumn<float>("lossDifference");
        Assert.True(float.IsNaN(baseLoss[1]));
        Assert.All(shardTop, row =>
        {
            Assert.Equal(row.BaseLoss, baseLoss[row.TrainRow - 32]);
            Assert.Equal(row.LossDifference, lossDifference[((row.TrainRow - 32) * 3) + 2]);
        });
    }

    [Fact]
    public async Task Noise_FollowsARowsIdWhereverItLies()
    {
        var spec = DiffusionSpec("train.arrow", ids: [7, 8, 9, 10]);
        var forward = await _bench.RunAsync(spec);
        DiffusionSpec("train.arrow", ids: [10, 9, 8, 7]);
        var backward = await _bench.RunAsync(spec, "backward");
        var expected = forward.Queries[0].Top.ToDictionary(row => row.Id, row => row.BaseLoss);
        Assert.Equal(4, expected.Count);
        Assert.All(backward.Queries[0].Top, row => Assert.Equal(expected[row.Id], row.BaseLoss, 1e-6f));
        Assert.Equal(forward.Queries[0].Top.Select(row => row.Id), backward.Queries[0].Top.Select(row => row.Id));
    }

    [Fact]
    public async Task Draws_AreMeansOfOneDrawLosses()
    {
        var spec = DiffusionSpec("train.arrow", ids: [7, 8, 9, 10]);
        var one = await _bench.RunAsync(WithDraws(spec, 1), "one");
        var many = await _bench.RunAsync(WithDraws(spec, 6), "many");
        Assert.NotEqual(RunText.RankingOf(one), RunText.RankingOf(many));
        Assert.Equal(RunText.Of(many), RunText.Of(await _bench.RunAsync(WithDraws(spec, 6), "again")));
    }

    [Fact]
    public async Task Seed_ChangesTheNoise()
    {
        var spec = DiffusionSpec("train.arrow", ids: [7, 8, 9, 10]);
        Assert.NotEqual(RunText.RankingOf(await _bench.RunAsync(spec)), RunText.RankingOf(await _bench.RunAsync(spec with { Seed = 1 }, "other")));
    }

    [Fact]
    public async Task ManyQueries_AreScoredInOnePass()
    {
        var spec = _bench.Spec(train: new Images { RowCount = 40 }, test: new Images { FirstRow = 5000, RowCount = 1000 });
        var result = await _bench.RunAsync(spec with { Compute = spec.Compute with { Lanes = 2 } });
        Assert.Equal(1000, result.Queries.Length);
        Assert.All(result.Queries, query => Assert.Equal(10, query.Top.Length));
    }

    [Fact]
    public async Task Progress_CoversEveryPhaseToItsEnd()
    {
        var log = new ProgressLog();
        await _bench.RunAsync(_bench.Spec(), progress: log);
        Assert.Equal([RunPhase.Planning, RunPhase.Ascending, RunPhase.Scoring, RunPhase.Reducing], log.Reports.Select(report => report.Phase).Distinct());
        Assert.All(log.Reports.GroupBy(report => report.Phase), phase => Assert.Equal(1, phase.Last().Coverage));
        Assert.Equal(100, log.Reports.Last(report => report.Phase == RunPhase.Scoring).DoneCount);
    }

    public void Dispose() => _bench.Dispose();

    private static RunSpec WithDraws(RunSpec spec, int count) => spec with { Score = spec.Score with { Draws = spec.Score.Draws! with { Count = count } } };

    private RunSpec DiffusionSpec(string name, long[] ids)
    {
        var spec = _bench.Spec(Archives.Denoiser);
        Write(_bench.File(name), ids);
        Write(_bench.File("test.arrow"), [7]);
        return spec with
        {
            Score = spec.Score with { Draws = new DrawSpec { Count = 3, NoiseArgument = "noise", TimestepArgument = "timestep", Timesteps = 10 } },
        };

        static void Write(string path, long[] ids)
        {
            using var stream = File.Create(path);
            var latent = new TensorColumnWriter("latent", ElementType.Float32, [1, 2, 2]);
            var id = new TensorColumnWriter("id", ElementType.Int64);
            foreach (var value in ids)
            {
                latent.AppendRows<float>(Images.Pixels((int)value).AsSpan(0, 4));
                id.Append(value);
            }

            new ArrowWriter(stream, [latent, id]).Complete();
        }
    }
}
