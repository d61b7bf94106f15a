using System.Collections.Immutable;
using System.Threading.Channels;
using MirroredInfluence.Storage;
using MirroredInfluence.Torch;

namespace MirroredInfluence.Engine;

/// <summary>
/// What the lanes need of a run, and what becomes of its scored shards: they are committed to the run directory one by one, and their base losses to the cache, beside the
/// lanes, so that none waits for a disk; at most one shard a lane waits to be written.
/// </summary>
internal sealed class ShardCommits : IAsyncDisposable
{
    private readonly PlannedRun _run;
    private readonly DeviceModels _models;
    private readonly RunDirectory _directory;
    private readonly DeviceWeights _weights;
    private readonly Action<ScoredShard> _committed;
    private readonly BaseLossCache? _cache;
    private readonly string _runtime;
    private readonly Channel<ScoredShard> _scored;
    private readonly CancellationTokenSource _stop;
    private readonly Task _committing;

    private ShardCommits(
        PlannedRun run, DeviceModels models, RunDirectory directory, DeviceWeights weights, string? cacheFolder, Action<ScoredShard> committed, CancellationToken cancellationToken)
    {
        (_run, _models, _directory, _weights, _committed) = (run, models, directory, weights, committed);
        _cache = cacheFolder is null ? null : new BaseLossCache(cacheFolder);
        _runtime = RuntimeKey(models.Models[0]);
        _scored = Channel.CreateBounded<ScoredShard>(models.LaneCount);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _committing = Task.Run(CommitAsync, CancellationToken.None);
    }

    /// <summary>Cancelled with the run, and when a shard could not be committed: then lanes can stop.</summary>
    public CancellationToken Stopping => _stop.Token;

    /// <param name="committed">Called with each shard whose part is in the directory now, whoever put it there.</param>
    public static async Task<ShardCommits> OpenAsync(
        PlannedRun run, DeviceModels models, RunDirectory directory, string? cacheFolder, Action<ScoredShard> committed, CancellationToken cancellationToken)
    {
        var weights = await DeviceWeights.OpenAsync(run, models, directory, cancellationToken);
        return new ShardCommits(run, models, directory, weights, cacheFolder, committed, cancellationToken);
    }

    /// <summary>Scores shards as they are handed out, on lanes of their own, and returns when all are committed.</summary>
    /// <param name="nextShard">The next shard, or null when there is none left; called on a lane's thread.</param>
    /// <param name="laneCountMax">Lanes to use, if the devices have as many.</param>
    /// <exception cref="MirroredException">What kept a shard from being scored or committed.</exception>
    public async Task ScoreAsync(Func<CancellationToken, Shard?> nextShard, int laneCountMax, BoundFiles files, RowMeter meter)
    {
        using var ahead = new ShardsAhead(_run.Plan, files, Math.Min(_models.LaneCount, laneCountMax));
        try
        {
            await LaneScoring.RunAsync(_run, Next, laneCountMax, _models, WeightsOf, files, meter, KnownBaseLosses, Take, Stopping);
        }
        finally
        {
            await EndAsync();
        }

        Shard? Next(CancellationToken laneStop)
        {
            var shard = nextShard(laneStop);
            if (shard is not null)
                ahead.Taken(shard);
            return shard;
        }
    }

    /// <summary>Shape [queries].</summary>
    public ImmutableArray<WeightSet> WeightsOf(BaseModel model) => _weights.Of(model);

    /// <summary>A shard's base losses, or null where they must be computed.</summary>
    public float[]? KnownBaseLosses(Shard shard)
    {
        if (_cache is null)
            return null;

        using var waiting = new Waiting(WaitCause.BaseLosses);
        var losses = new float[_run.DrawCount * shard.RowCount];
        return _cache.TryRead(BaseLossKey.Of(_run.Manifest, shard, _runtime), losses) ? losses : null;
    }

    /// <summary>Takes a scored shard to be committed; called on a lane's thread.</summary>
    public void Take(ScoredShard shard, CancellationToken cancellationToken)
    {
        if (_scored.Writer.TryWrite(shard))
            return;

        using var waiting = new Waiting(WaitCause.Commit);
        _scored.Writer.WriteAsync(shard, cancellationToken).AsTask().GetAwaiter().GetResult();
    }

    /// <summary>Returns when all that was taken is committed.</summary>
    /// <exception cref="MirroredException">What kept a shard from being committed.</exception>
    public Task EndAsync()
    {
        _scored.Writer.TryComplete();
        return _committing;
    }

    public async ValueTask DisposeAsync()
    {
        _scored.Writer.TryComplete();
        await _committing.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        _stop.Dispose();
        _weights.Dispose();
    }

    /// <summary>What decides how kernels round, besides what the run's manifest says.</summary>
    private static string RuntimeKey(BaseModel model)
    {
        var runtime = TorchRuntime.Describe();
        return $"{model.Device.Split(':')[0]} {runtime.TorchVersion} {runtime.Blas} {runtime.CpuCapability}";
    }

    /// <summary>Writes scored shards until there are no more: a part after its losses, since it is the commit.</summary>
    private async Task CommitAsync()
    {
        try
        {
            await foreach (var shard in _scored.Reader.ReadAllAsync())
            {
                if (shard.Losses is { } losses)
                    await _directory.PutLossesAsync(losses, CancellationToken.None);
                EngineTelemetry.Committed(await _directory.PutPartAsync(shard.Part, shard.Shard, CancellationToken.None));
                _committed(shard);
                if (shard.HasNewBaseLosses)
                    _cache?.TryWrite(BaseLossKey.Of(_run.Manifest, shard.Shard, _runtime), shard.BaseLosses);
            }
        }
        catch
        {
            await _stop.CancelAsync();
            throw;
        }
    }
}
