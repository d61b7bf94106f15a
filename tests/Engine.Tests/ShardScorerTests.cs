using MirroredInfluence.Torch;

namespace MirroredInfluence.Engine.Tests;

public sealed class ShardScorerTests : IDisposable
{
    private readonly Workbench _bench = new();

    [Fact]
    public async Task WarmShard_TakesTheLossesItIsGiven()
    {
        using var bench = await OpenAsync(_bench.Spec(train: new Images { NullRows = [3] }));
        var shard = bench.Run.Plan.Shards[0];
        var cold = bench.Score(shard, null, CancellationToken.None);
        Assert.True(cold.HasNewBaseLosses);
        Assert.True(float.IsNaN(cold.BaseLosses[3]));

        var warm = bench.Score(shard, cold.BaseLosses, CancellationToken.None);
        Assert.False(warm.HasNewBaseLosses);
        Assert.Equal(Entries(cold), Entries(warm));

        float[] raised = [.. cold.BaseLosses.Select(loss => loss + 1)];
        var moved = bench.Score(shard, raised, CancellationToken.None);
        Assert.Equal(
            Entries(cold).Select(entry => (entry.TrainRow, entry.BaseLoss + 1)).Order(),
            Entries(moved).Select(entry => (entry.TrainRow, entry.BaseLoss)).Order());
    }

    [Fact]
    public async Task LongerShard_AllocatesNothingMoreThanItsBaseLosses()
    {
        var spec = _bench.Spec(train: new Images { RowCount = 4000 });
        using var bench = await OpenAsync(spec with { Compute = spec.Compute with { ShardRows = 3200 } });
        var longShard = bench.Run.Plan.Shards[0];
        var shortShard = longShard with { RowCount = 320 };
        bench.Score(longShard, null, CancellationToken.None);

        var ofShort = AllocatedBy(() => bench.Score(shortShard, null, CancellationToken.None));
        var ofLong = AllocatedBy(() => bench.Score(longShard, null, CancellationToken.None));

        // 360 mini-batches more; pages of histograms depend on the values seen.
        var baseLossBytes = (longShard.RowCount - shortShard.RowCount) * sizeof(float);
        Assert.InRange(ofLong - ofShort, baseLossBytes, baseLossBytes + 16_000);
    }

    [Fact]
    public async Task CancelledShard_StopsWithinAMiniBatch()
    {
        using var bench = await OpenAsync(_bench.Spec());
        using var cancel = new CancellationTokenSource();
        cancel.Cancel();
        Assert.Throws<OperationCanceledException>(() => bench.Score(bench.Run.Plan.Shards[0], null, cancel.Token));
        Assert.Equal(32, bench.Score(bench.Run.Plan.Shards[0], null, CancellationToken.None).Part.ScoredRowCount);
    }

    public void Dispose() => _bench.Dispose();

    private static InfluenceEntry[] Entries(ScoredShard scored) => [.. scored.Part.Reductions.SelectMany(reduction => reduction.Top.ToSorted())];

    private static long AllocatedBy(Action action)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    /// <summary>Runs the spec for its weight sets, then opens a scorer over them.</summary>
    private async Task<Open> OpenAsync(RunSpec spec)
    {
        spec = spec with { Score = spec.Score with { MaxUnscorable = 1 } };
        var result = await _bench.RunAsync(spec);
        var model = BaseModel.Load(spec.Model.Uri);
        var run = new Planner(AnyFiles.Data, digests: null, TimeProvider.System).Plan(spec, model, CancellationToken.None);
        return new Open(run, model, [.. run.Queries.Select(query => WeightSet.Open(Path.Combine(_bench.File("run"), "weights", $"{query.Name}.safetensors"), model, $"run {result.Run}, query {query.Name}"))]);
    }

    private sealed class Open : IDisposable
    {
        private readonly BaseModel _model;
        private readonly WeightSet[] _weights;
        private readonly LaneSet _lanes;
        private readonly BoundFiles _files;
        private readonly RowMeter _meter;
        private readonly ShardScorer _scorer;

        public Open(PlannedRun run, BaseModel model, WeightSet[] weights)
        {
            (Run, _model, _weights) = (run, model, weights);
            _lanes = new LaneSet(model, threads: 1);
            _files = run.OpenTrainFiles();
            _meter = new RowMeter(new ProgressMeter(TimeProvider.System, null, RunPhase.Scoring, run.Plan.RowCount), run.Plan, maxUnscorable: 1);
            _scorer = new ShardScorer(run, _lanes);
        }

        public PlannedRun Run { get; }

        public ScoredShard Score(Shard shard, float[]? knownBaseLosses, CancellationToken cancellationToken)
        {
            var ofRun = new RunScorer(Run, [.. _weights], _meter, cancellationToken);
            _scorer.Score(shard, _files, knownBaseLosses, [ofRun], cancellationToken);
            return ofRun.Scored();
        }

        public void Dispose()
        {
            _files.Dispose();
            _lanes.Dispose();
            foreach (var weights in _weights)
                weights.Dispose();
            _model.Dispose();
        }
    }
}
