using System.Collections.Immutable;
using MirroredInfluence.Engine;
using MirroredInfluence.Report;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Grains;

/// <summary>What the coordinator of a run computes itself, on the devices of its silo: the plan, the ascent, the result. Runs on the thread pool, never on a grain's scheduler.</summary>
internal sealed class CoordinatorWork : IDisposable
{
    private readonly RunOrder _order;
    private readonly SiloLanes _silo;
    private readonly IProgress<RunProgress> _progress;
    private readonly ObjectUri _place;
    private readonly DataFiles _data;
    private PlannedRun _run = null!;

    public CoordinatorWork(RunOrder order, SiloLanes silo, IProgress<RunProgress> progress, CancellationToken cancellationToken)
    {
        (_order, _silo, _progress) = (order, silo, progress);
        _place = ObjectUri.Parse(order.Directory);
        _data = new DataFiles(silo.Cache, silo.Time, cancellationToken);
    }

    public RunPlan Plan => _run.Plan;

    public string RunId => _run.Manifest.Run;

    /// <summary>The run was planned before: an earlier coordinator may have handed out shards.</summary>
    public bool IsGoingOn { get; private set; }

    public RunDirectory Directory { get; private set; } = null!;

    /// <summary>Plans the run and ascends its queries, or finds both done.</summary>
    /// <returns>Shards that are scored or set aside.</returns>
    /// <exception cref="MirroredException">What the run is refused with.</exception>
    public async Task<ImmutableArray<int>> PrepareAsync(CancellationToken cancellationToken)
    {
        var spec = _silo.Fit(RunSpecReader.Read(_order.Spec, _order.Directory));
        var store = _silo.OpenStore(_order.Directory);
        var models = _silo.Borrow(spec.Model, _data);
        try
        {
            var planner = new Planner(_data, _silo.Digests, _silo.Time, _progress);
            IsGoingOn = await RunDirectory.IsPlannedAsync(store, cancellationToken);
            (_run, Directory) = IsGoingOn
                ? await RunBeginning.JoinAsync(spec, store, planner, models, cancellationToken)
                : await RunBeginning.BeginAsync(spec, store, planner, models, manifest => HtmlReport.Check(_data, manifest), _silo.Time, cancellationToken);
            await new Coordinator(_silo.Time, _progress).AscendAsync(_run, models, Directory, cancellationToken);
        }
        finally
        {
            _silo.Return(spec.Model);
        }

        var done = ImmutableArray.CreateBuilder<int>();
        await foreach (var shard in Directory.ListPartsAsync(cancellationToken))
            done.Add(shard);
        foreach (var poisoned in await Directory.ReadPoisonedAsync(Plan, cancellationToken))
            done.Add(poisoned.ShardIndex);
        return done.ToImmutable();
    }

    /// <summary>What earlier sessions had in hand when they said so last.</summary>
    public Task<IReadOnlyList<ShardsInHand>> ReadInHandAsync(CancellationToken cancellationToken) => Directory.ReadInHandAsync(cancellationToken);

    /// <summary>A store that does not take it costs a death that is not counted.</summary>
    public async Task PutInHandAsync(string session, ImmutableArray<int> shards, CancellationToken cancellationToken)
    {
        try
        {
            await Directory.PutInHandAsync(new ShardsInHand(session, shards), cancellationToken);
        }
        catch (MirroredException exception) when (exception.Kind == FailureKind.Unavailable)
        {
            // The shard's commit will say so.
        }
    }

    /// <param name="merged">What silos have merged of their parts.</param>
    /// <returns>Rows that could not be scored.</returns>
    /// <exception cref="MirroredException">Data: too many rows are unscorable, a part cannot be read, or a shard is poisoned.</exception>
    public async Task<long> FinishAsync(IEnumerable<LaneReport> merged, CancellationToken cancellationToken)
    {
        if (!_order.AllowPoisoned)
            await PoisonedShards.RefuseAsync(Directory, Plan, cancellationToken);
        var result = await new Reducer(_data, _silo.Time, _progress).ReduceScoredAsync(Directory, _run.Queries, Unpack(merged), cancellationToken);
        await ResultFiles.WriteAsync(Directory, _place, result, _data, _run.Spec.Report, cancellationToken);
        return result.Unscorable.Count;
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
            merged.Add(new MergedParts(shards, Directory.Unpack(report.Merged!, shards.Sum(shard => Plan.Shards[shard].RowCount))));
            have.UnionWith(shards);
        }

        return merged;
    }

    /// <param name="sessions">That died with the shard in hand.</param>
    public Task SetAsideAsync(int shardIndex, IReadOnlyList<string> sessions, CancellationToken cancellationToken)
    {
        var shard = Plan.Shards[shardIndex];
        return Directory.PutPoisonedAsync(new PoisonedShard(shardIndex, shard.Uri, shard.RowStart, shard.RowCount, sessions), cancellationToken);
    }

    public void Dispose() => _data.Dispose();
}
