using System.Collections.Concurrent;
using System.Collections.Immutable;
using MirroredInfluence.Storage;
using MirroredInfluence.Torch;

namespace MirroredInfluence.Engine;

/// <summary>
/// A whole run on this machine: plan, ascend, score on every lane, reduce. Run again after a stop it goes on: finished weight sets and
/// parts are kept, and only missing shards are scored.
/// </summary>
public sealed class LocalEngine(TimeProvider time, IProgress<RunProgress>? progress = null)
{
    /// <param name="store">Holds the run directory.</param>
    /// <exception cref="MirroredException">Whatever keeps the run from its end; what is finished is kept.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, at the latest after one forward pass a lane.</exception>
    public async Task<RunResult> RunAsync(RunSpec spec, IObjectStore store, CancellationToken cancellationToken)
    {
        var cacheFolder = CacheFolder.Resolve(spec.Compute.Cache);
        using var models = DeviceModels.Load(spec.Model, spec.Compute);
        var planned = new Planner(new DigestCache(cacheFolder, time), time, progress).Plan(spec, models.Models[0], cancellationToken);
        var directory = await RunDirectory.CreateOrOpenAsync(store, planned.Manifest, cancellationToken);
        var run = planned with { Plan = await directory.PutPlanAsync(planned.Plan, cancellationToken) };

        var done = await DoneAsync(run, directory, cancellationToken);
        if (done.MissingShards.Length > 0)
        {
            await new Coordinator(time, progress).AscendAsync(run, models, directory, cancellationToken);
            await ScoreAsync(run, done, models, directory, cacheFolder is null ? null : new BaseLossCache(cacheFolder), cancellationToken);
        }

        return await new Reducer(time, progress).ReduceAsync(directory, run.Queries, cancellationToken);
    }

    private static async Task<DoneShards> DoneAsync(PlannedRun run, RunDirectory directory, CancellationToken cancellationToken)
    {
        var missing = ImmutableArray.CreateBuilder<Shard>();
        var unscorable = new UnscorableRows();
        foreach (var shard in run.Plan.Shards)
        {
            if (await directory.TryGetPartAsync(shard, cancellationToken) is { } part)
                unscorable.Merge(part.Unscorable);
            else
                missing.Add(shard);
        }

        return new DoneShards(missing.ToImmutable(), run.Plan.RowCount - missing.Sum(shard => (long)shard.RowCount), unscorable);
    }

    private async Task ScoreAsync(
        PlannedRun run,
        DoneShards done,
        DeviceModels models,
        RunDirectory directory,
        BaseLossCache? cache,
        CancellationToken cancellationToken)
    {
        var rowCount = run.Plan.RowCount;
        using var progressMeter = new ProgressMeter(time, progress, RunPhase.Scoring, rowCount, done.RowCount, done.Unscorable.Count);
        var meter = new RowMeter(progressMeter, rowCount, run.Spec.Score.MaxUnscorable);
        meter.Check(done.Unscorable.Count, done.Unscorable);

        using var weights = await DeviceWeights.OpenAsync(run, models, directory, cancellationToken);
        using var files = run.OpenTrainFiles();
        var runtime = RuntimeKey(models.Models[0]);

        // One thread writes what the lanes score, so that a lane never waits for a disk; at most one shard a lane waits to be written.
        using var scored = new BlockingCollection<ScoredShard>(models.LaneCount);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var commit = Task.Run(() => CommitAsync(scored, directory, KeepBaseLosses, stop), CancellationToken.None);
        try
        {
            await LaneScoring.RunAsync(run, done.MissingShards, models, weights.Of, files, meter, KnownBaseLosses, Take, stop.Token);
        }
        finally
        {
            scored.CompleteAdding();
            await commit;
        }

        float[]? KnownBaseLosses(Shard shard)
        {
            if (cache is null)
                return null;

            var losses = new float[run.DrawCount * shard.RowCount];
            return cache.TryRead(BaseLossKey.Of(run.Manifest, shard, runtime), losses) ? losses : null;
        }

        void KeepBaseLosses(ScoredShard shard)
        {
            if (shard.HasNewBaseLosses)
                cache?.TryWrite(BaseLossKey.Of(run.Manifest, shard.Shard, runtime), shard.BaseLosses);
        }

        void Take(ScoredShard shard, CancellationToken laneStop)
        {
            if (!scored.TryAdd(shard))
                scored.Add(shard, laneStop);
        }
    }

    /// <summary>What decides how kernels round, besides what the run's manifest says.</summary>
    private static string RuntimeKey(BaseModel model)
    {
        var runtime = TorchRuntime.Describe();
        return $"{model.Device.Split(':')[0]} {runtime.TorchVersion} {runtime.Blas} {runtime.CpuCapability}";
    }

    /// <summary>Writes scored shards until there are no more: a part after its losses, since it is the commit.</summary>
    private static async Task CommitAsync(
        BlockingCollection<ScoredShard> scored, RunDirectory directory, Action<ScoredShard> keepBaseLosses, CancellationTokenSource stop)
    {
        try
        {
            foreach (var shard in scored.GetConsumingEnumerable())
            {
                if (shard.Losses is { } losses)
                    await directory.PutLossesAsync(losses, CancellationToken.None);
                await directory.PutPartAsync(shard.Part, shard.Shard, CancellationToken.None);
                keepBaseLosses(shard);
            }
        }
        catch
        {
            await stop.CancelAsync();
            throw;
        }
    }

    /// <param name="MissingShards">Without a part.</param>
    /// <param name="RowCount">Rows of the shards with one.</param>
    /// <param name="Unscorable">Of the shards with one.</param>
    private sealed record DoneShards(ImmutableArray<Shard> MissingShards, long RowCount, UnscorableRows Unscorable);
}
