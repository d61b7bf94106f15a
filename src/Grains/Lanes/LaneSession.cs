using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using MirroredInfluence.Engine;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Grains;

/// <summary>
/// A run on the lanes of a silo: whenever a lane is the run's turn, it asks the coordinator for a shard, scores and commits it. Gives signs of life while it has
/// nothing to say.
/// </summary>
/// <param name="exchange">Reaches the coordinator, on whichever silo it is now.</param>
internal sealed partial class LaneSession(string name, RunOrder order, SiloLanes silo, TimeSpan beatInterval, Func<LaneReport, Task<ShardOrder>> exchange, ILogger logger)
{
    private const int FaultsMax = 5;

    private readonly ConcurrentDictionary<int, IDisposable> _slots = [];            // by thread
    private readonly ConcurrentDictionary<int, Shard> _inHand = [];
    private readonly Lock _telling = new();
    private readonly Random _random = new(StringComparer.Ordinal.GetHashCode(name));
    private List<int> _done = [];
    private long _unscorableRowCount;
    private RunPlan _plan = null!;

    /// <summary>Returns when the coordinator has no more shards.</summary>
    /// <exception cref="MirroredException">Whatever keeps this silo from going on.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, at the latest after one forward pass a lane.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var beating = BeatAsync(stop.Token);
        try
        {
            await ScoreAsync(stop.Token);
        }
        finally
        {
            foreach (var slot in _slots.Values)
                slot.Dispose();
            silo.Slots.Forget(order.Directory);
            await stop.CancelAsync();
            await beating;
        }
    }

    /// <summary>What the coordinator is told when the session ends.</summary>
    public LaneReport LastReport(RunFailure? failure) => Report(wantsShard: false) with { IsLeaving = true, Failure = failure };

    private async Task ScoreAsync(CancellationToken cancellationToken)
    {
        var spec = silo.Fit(RunSpecReader.Read(order.Spec, order.Directory));
        using var data = new DataFiles(silo.Cache, silo.Time, cancellationToken);
        var store = ObjectStores.Open(ObjectUri.Parse(order.Directory), silo.Cache, silo.Time);
        var models = silo.Borrow(spec.Model, data);
        try
        {
            var planner = new Planner(data, silo.Digests, silo.Time, progress: null);
            var (run, directory) = await RunBeginning.JoinAsync(spec, store, planner, models, cancellationToken);
            _plan = run.Plan;
            using var files = run.OpenTrainFiles(silo.Digests, cancellationToken);
            using var progress = new ProgressMeter(silo.Time, progress: null, RunPhase.Scoring, _plan.RowCount);
            var meter = new RowMeter(progress, run.Plan, run.Spec.Score.MaxUnscorable);
            await new ShardCommits(run, models, directory, silo.CacheFolder).ScoreAsync(Next, int.MaxValue, files, meter, Committed, cancellationToken);
        }
        finally
        {
            silo.Return(spec.Model);
        }
    }

    /// <summary>Called on a lane's thread, which holds a slot while it scores.</summary>
    private Shard? Next(CancellationToken stop)
    {
        var thread = Environment.CurrentManagedThreadId;
        while (true)
        {
            LeaveSlot(thread);
            _slots[thread] = silo.Slots.Enter(order.Directory, order.Priority, stop);
            var answer = Exchange(wantsShard: true, stop);
            if (answer.ShardIndex >= 0)
            {
                LogTaken(logger, order.Directory, answer.ShardIndex);
                return _inHand.GetOrAdd(answer.ShardIndex, _plan.Shards[answer.ShardIndex]);
            }

            LeaveSlot(thread);
            if (answer.IsOver)
                return null;
            stop.WaitHandle.WaitOne(Pause());
            stop.ThrowIfCancellationRequested();
        }
    }

    private void LeaveSlot(int thread)
    {
        if (_slots.TryRemove(thread, out var slot))
            slot.Dispose();
    }

    private void Committed(ScoredShard scored)
    {
        LogCommitted(logger, order.Directory, scored.Shard.ShardIndex);
        lock (_telling)
        {
            _done.Add(scored.Shard.ShardIndex);
            _unscorableRowCount += scored.Part.Unscorable.Count;
            _inHand.TryRemove(scored.Shard.ShardIndex, out _);
        }
    }

    private async Task BeatAsync(CancellationToken stop)
    {
        try
        {
            using var timer = new PeriodicTimer(beatInterval, silo.Time);
            while (await timer.WaitForNextTickAsync(stop))
                await Task.Run(() => Exchange(wantsShard: false, stop), stop);
        }
        catch (OperationCanceledException)
        {
            // The session ends.
        }
    }

    /// <summary>Asks until there is an answer: a coordinator whose silo died comes back on another. One that fails to answer, though it is reached, is not asked for ever.</summary>
    private ShardOrder Exchange(bool wantsShard, CancellationToken stop)
    {
        for (var faultCount = 0; ;)
        {
            var report = Report(wantsShard);
            try
            {
                return exchange(report).WaitAsync(stop).GetAwaiter().GetResult();
            }
            catch (Exception exception) when (exception is not (MirroredException or OperationCanceledException))
            {
                TakeBack(report);
                if (exception is not (OrleansException or TimeoutException) && ++faultCount == FaultsMax)
                    throw;
                stop.WaitHandle.WaitOne(Pause());
                stop.ThrowIfCancellationRequested();
            }
        }
    }

    private LaneReport Report(bool wantsShard)
    {
        lock (_telling)
        {
            var report = new LaneReport { Session = name, Done = [.. _done], InHand = [.. _inHand.Keys], UnscorableRowCount = _unscorableRowCount, WantsShard = wantsShard };
            (_done, _unscorableRowCount) = ([], 0);
            return report;
        }
    }

    /// <summary>Nobody heard it: it is said again.</summary>
    private void TakeBack(LaneReport report)
    {
        lock (_telling)
        {
            _done.AddRange(report.Done);
            _unscorableRowCount += report.UnscorableRowCount;
        }
    }

    private TimeSpan Pause()
    {
        lock (_random)
            return beatInterval / 5 * (0.25 + (0.75 * _random.NextDouble()));
    }

    [LoggerMessage(LogLevel.Debug, "{Directory}: shard {ShardIndex} taken.")]
    private static partial void LogTaken(ILogger logger, string directory, int shardIndex);

    [LoggerMessage(LogLevel.Debug, "{Directory}: shard {ShardIndex} committed.")]
    private static partial void LogCommitted(ILogger logger, string directory, int shardIndex);
}
