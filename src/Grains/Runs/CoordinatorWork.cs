using System.Collections.Immutable;
using MirroredInfluence.Engine;
using MirroredInfluence.Report;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Grains;

/// <summary>
/// What the coordinator of a run does in its directory once the run is prepared. Needs neither model nor device. Runs on the thread pool, never on a grain's scheduler.
/// </summary>
internal sealed class CoordinatorWork : IDisposable
{
    private readonly RunOrder _order;
    private readonly SiloLanes _silo;
    private readonly IProgress<RunProgress> _progress;
    private readonly DataFiles _data;
    private RunDirectory _directory = null!;

    private CoordinatorWork(RunOrder order, SiloLanes silo, IProgress<RunProgress> progress, CancellationToken cancellationToken)
    {
        (_order, _silo, _progress) = (order, silo, progress);
        _data = new DataFiles(silo.Cache, silo.Time, cancellationToken);
    }

    public RunPlan Plan { get; private set; } = null!;

    public string RunId => _directory.Manifest.Run;

    /// <param name="order">Of a run that is prepared.</param>
    /// <exception cref="MirroredException">Unavailable: its files have gone.</exception>
    public static async Task<CoordinatorWork> OpenAsync(RunOrder order, SiloLanes silo, IProgress<RunProgress> progress, CancellationToken cancellationToken)
    {
        var work = new CoordinatorWork(order, silo, progress, cancellationToken);
        try
        {
            await work.OpenAsync(cancellationToken);
            return work;
        }
        catch
        {
            work.Dispose();
            throw;
        }
    }

    /// <summary>Shards that are scored or set aside.</summary>
    public async Task<ImmutableArray<int>> ListDoneAsync(CancellationToken cancellationToken)
    {
        var done = ImmutableArray.CreateBuilder<int>();
        await foreach (var shard in _directory.ListPartsAsync(cancellationToken))
            done.Add(shard);
        foreach (var poisoned in await _directory.ReadPoisonedAsync(Plan, cancellationToken))
            done.Add(poisoned.ShardIndex);
        return done.ToImmutable();
    }

    /// <summary>What earlier sessions had in hand when they said so last.</summary>
    public Task<IReadOnlyList<ShardsInHand>> ReadInHandAsync(CancellationToken cancellationToken) => _directory.ReadInHandAsync(cancellationToken);

    /// <summary>A store that does not take it costs a death that is not counted.</summary>
    public async Task PutInHandAsync(string session, ImmutableArray<int> shards, CancellationToken cancellationToken)
    {
        try
        {
            await _directory.PutInHandAsync(new ShardsInHand(session, shards), cancellationToken);
        }
        catch (MirroredException exception) when (exception.Kind == FailureKind.Unavailable)
        {
            // The shard's commit will say so.
        }
    }

    /// <param name="sessions">That died with the shard in hand.</param>
    public Task SetAsideAsync(int shardIndex, IReadOnlyList<string> sessions, CancellationToken cancellationToken)
    {
        var shard = Plan.Shards[shardIndex];
        return _directory.PutPoisonedAsync(new PoisonedShard(shardIndex, shard.Uri, shard.RowStart, shard.RowCount, sessions), cancellationToken);
    }

    /// <param name="merged">What silos have merged of their parts.</param>
    /// <returns>Rows that could not be scored.</returns>
    /// <exception cref="MirroredException">Data: too many rows are unscorable, a part cannot be read, or a shard is poisoned.</exception>
    public async Task<long> FinishAsync(IEnumerable<LaneReport> merged, CancellationToken cancellationToken)
    {
        if (!_order.AllowPoisoned)
            await PoisonedShards.RefuseAsync(_directory, Plan, cancellationToken);
        var (spec, inputs) = (_directory.Manifest.Spec, _directory.Manifest.Inputs);
        var result = await new Reducer(_data, _silo.Time, _progress).ReduceScoredAsync(_directory, QueryReader.Read(_data, spec, inputs.Test), Unpack(merged), cancellationToken);
        await ResultFiles.WriteAsync(_directory, ObjectUri.Parse(_order.Directory), result, _data, spec.Report, cancellationToken);
        return result.Unscorable.Count;
    }

    public void Dispose() => _data.Dispose();

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        var store = _silo.OpenStore(_order.Directory);
        var directory = await RunDirectory.TryOpenAsync(store, cancellationToken) ?? throw RunDirectory.Gone(store.UriOf(RunDirectory.ManifestName));
        var (spec, planned) = (_silo.Fit(RunSpecReader.Read(_order.Spec, _order.Directory)), directory.Manifest);
        _directory = directory.For(new Planner(_data, _silo.Digests, _silo.Time).Find(spec, planned.Inputs.ModelDigest, planned));
        Plan = await _directory.TryGetPlanAsync(cancellationToken) ?? throw _directory.PlanHasGone();
    }

    /// <summary>Shards that two say they have are read from the run directory.</summary>
    private List<MergedParts> Unpack(IEnumerable<LaneReport> reports)
    {
        var (merged, have) = (new List<MergedParts>(), new HashSet<int>());
        foreach (var report in reports)
        {
            var shards = report.MergedShards!;
            if (shards.Any(have.Contains))
                continue;
            merged.Add(new MergedParts(shards, _directory.Unpack(report.Merged!, shards.Sum(shard => Plan.Shards[shard].RowCount))));
            have.UnionWith(shards);
        }

        return merged;
    }
}
