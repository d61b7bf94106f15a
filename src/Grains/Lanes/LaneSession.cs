using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using MirroredInfluence.Engine;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Grains;

/// <summary>A run on a silo: asks the coordinator for shards whenever lanes are the run's turn, and says what is committed. Gives signs of life while it has nothing to say.</summary>
/// <param name="exchange">Reaches the coordinator, on whichever silo it is now.</param>
internal sealed partial class LaneSession(
    string name, RunOrder order, SiloLanes silo, TimeSpan beatInterval, Func<LaneReport, Task<ShardOrder>> exchange, ILogger logger) : IShardSource
{
    private const int FaultsMax = 5;

    private readonly LaneSchedule.Turn _turn = new(order.Priority);
    private readonly ConcurrentDictionary<int, Shard> _inHand = [];
    private readonly Lock _telling = new();
    private readonly Random _random = new(StringComparer.Ordinal.GetHashCode(name));
    private List<int> _done = [];
    private long _unscorableRowCount;
    private RunPlan _plan = null!;

    /// <summary>Share of lane time, beside other runs of the silo.</summary>
    public int Priority
    {
        set => _turn.Priority = value;
    }

    /// <summary>Returns when the coordinator has no more shards.</summary>
    /// <exception cref="MirroredException">Whatever keeps this silo from going on.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, at the latest after one forward pass a lane.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var beating = BeatAsync(stop.Token);
        try
        {
            await ScoreAsync(cancellationToken);
        }
        finally
        {
            await stop.CancelAsync();
            await beating;
        }
    }

    /// <summary>What the coordinator is told when the session ends.</summary>
    public LaneReport LastReport(RunFailure? failure) => Report() with { IsLeaving = true, Failure = failure };

    (Shard? Shard, bool IsOver) IShardSource.Next(CancellationToken stop)
    {
        var answer = ExchangeAsync(report => report with { WantsShard = true }, stop).GetAwaiter().GetResult();
        return (Taken(answer), answer.IsOver);
    }

    async Task<bool> IShardSource.TryTakeAsync(int shardIndex, CancellationToken stop) =>
        Taken(await ExchangeAsync(report => report with { WantsShard = true, WantedShard = shardIndex }, stop)) is not null;

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
            await using var commits = await ShardCommits.OpenAsync(run, models, directory, silo.CacheFolder, Committed, cancellationToken);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(commits.Stopping);
            using var onLanes = new LaneRun(run, models, commits, files, meter, this, _turn, stop.Token);
            try
            {
                await silo.Lanes.RunAsync(onLanes, stop);
            }
            finally
            {
                await commits.EndAsync();
            }
        }
        finally
        {
            silo.Return(spec.Model);
        }
    }

    private Shard? Taken(ShardOrder answer)
    {
        if (answer.ShardIndex < 0)
            return null;

        LogTaken(logger, order.Directory, answer.ShardIndex);
        return _inHand.GetOrAdd(answer.ShardIndex, _plan.Shards[answer.ShardIndex]);
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
                await ExchangeAsync(report => report, stop);
        }
        catch (OperationCanceledException)
        {
            // The session ends.
        }
    }

    /// <summary>Asks until there is an answer: a coordinator whose silo died comes back on another. One that fails to answer, though it is reached, is not asked for ever.</summary>
    private async Task<ShardOrder> ExchangeAsync(Func<LaneReport, LaneReport> asking, CancellationToken stop)
    {
        for (var faultCount = 0; ;)
        {
            var report = asking(Report());
            try
            {
                return await exchange(report).WaitAsync(stop);
            }
            catch (Exception exception) when (exception is not (MirroredException or OperationCanceledException))
            {
                TakeBack(report);
                if (exception is not (OrleansException or TimeoutException) && ++faultCount == FaultsMax)
                    throw;
                await Task.Delay(Pause(), silo.Time, stop);
            }
        }
    }

    private LaneReport Report()
    {
        lock (_telling)
        {
            var report = new LaneReport { Session = name, Done = [.. _done], InHand = [.. _inHand.Keys], UnscorableRowCount = _unscorableRowCount, WantsShard = false };
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
