using System.Collections.Concurrent;
using MirroredInfluence.Storage;
using MirroredInfluence.Torch;

namespace MirroredInfluence.Engine;

/// <summary>Scores shards and commits each to the run directory, its base losses to the cache.</summary>
internal sealed class ShardCommits(PlannedRun run, DeviceModels models, RunDirectory directory, string? cacheFolder)
{
    private readonly BaseLossCache? _cache = cacheFolder is null ? null : new BaseLossCache(cacheFolder);
    private readonly string _runtime = RuntimeKey(models.Models[0]);

    /// <param name="nextShard">The next shard, or null when there is none left; called on a lane's thread.</param>
    /// <param name="laneCountMax">Lanes to use, if the devices have as many.</param>
    /// <param name="committed">Called with each shard whose part is in the directory now, whoever put it there.</param>
    public async Task ScoreAsync(
        Func<CancellationToken, Shard?> nextShard,
        int laneCountMax,
        BoundFiles files,
        RowMeter meter,
        Action<ScoredShard> committed,
        CancellationToken cancellationToken)
    {
        using var weights = await DeviceWeights.OpenAsync(run, models, directory, cancellationToken);

        using var ahead = new ShardsAhead(run.Plan, files, Math.Min(models.LaneCount, laneCountMax));

        // One thread writes what the lanes score, so that a lane never waits for a disk; at most one shard a lane waits to be written.
        using var scored = new BlockingCollection<ScoredShard>(models.LaneCount);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var commit = Task.Run(() => CommitAsync(scored, committed, stop), CancellationToken.None);
        try
        {
            await LaneScoring.RunAsync(run, Next, laneCountMax, models, weights.Of, files, meter, KnownBaseLosses, Take, stop.Token);
        }
        finally
        {
            scored.CompleteAdding();
            await commit;
        }

        Shard? Next(CancellationToken laneStop)
        {
            var shard = nextShard(laneStop);
            if (shard is not null)
                ahead.Taken(shard);
            return shard;
        }

        void Take(ScoredShard shard, CancellationToken laneStop)
        {
            if (scored.TryAdd(shard))
                return;

            using var waiting = new Waiting(WaitCause.Commit);
            scored.Add(shard, laneStop);
        }
    }

    /// <summary>What decides how kernels round, besides what the run's manifest says.</summary>
    private static string RuntimeKey(BaseModel model)
    {
        var runtime = TorchRuntime.Describe();
        return $"{model.Device.Split(':')[0]} {runtime.TorchVersion} {runtime.Blas} {runtime.CpuCapability}";
    }

    private float[]? KnownBaseLosses(Shard shard)
    {
        if (_cache is null)
            return null;

        using var waiting = new Waiting(WaitCause.BaseLosses);
        var losses = new float[run.DrawCount * shard.RowCount];
        return _cache.TryRead(BaseLossKey.Of(run.Manifest, shard, _runtime), losses) ? losses : null;
    }

    /// <summary>Writes scored shards until there are no more: a part after its losses, since it is the commit.</summary>
    private async Task CommitAsync(BlockingCollection<ScoredShard> scored, Action<ScoredShard> committed, CancellationTokenSource stop)
    {
        try
        {
            foreach (var shard in scored.GetConsumingEnumerable())
            {
                if (shard.Losses is { } losses)
                    await directory.PutLossesAsync(losses, CancellationToken.None);
                EngineTelemetry.Committed(await directory.PutPartAsync(shard.Part, shard.Shard, CancellationToken.None));
                committed(shard);
                if (shard.HasNewBaseLosses)
                    _cache?.TryWrite(BaseLossKey.Of(run.Manifest, shard.Shard, _runtime), shard.BaseLosses);
            }
        }
        catch
        {
            await stop.CancelAsync();
            throw;
        }
    }
}
