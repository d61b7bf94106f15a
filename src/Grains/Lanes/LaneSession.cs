using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using MirroredInfluence.Engine;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Grains;

/// <summary>A run on a silo: asks the coordinator for shards whenever lanes are the run's turn, and says what is committed. Gives signs of life while it has nothing to say.</summary>
/// <param name="preparation">If the session is to prepare the run before it scores.</param>
/// <param name="exchange">Reaches the coordinator, on whichever silo it is now.</param>
internal sealed partial class LaneSession(
    string name, RunOrder order, Preparation? preparation, SiloLanes silo, TimeSpan beatInterval, Func<LaneReport, Task<ShardOrder>> exchange, ILogger logger) : IShardSource, IProgress<RunProgress>
{
    private const int FaultsMax = 5, MergedBytesMax = 32 << 20;

    private readonly LaneSchedule.Turn _turn = new(Math.Max(1, order.Priority));
    private readonly ConcurrentDictionary<int, Shard> _inHand = [];
    private readonly Lock _telling = new();
    private readonly Random _random = new(StringComparer.Ordinal.GetHashCode(name));
    private List<int> _done = [];
    private long _unscorableRowCount;
    private readonly Dictionary<int, ShardPart> _unheard = [];      // of shards that the coordinator has not answered for yet
    private readonly List<int> _mergedShards = [];
    private PartMerge? _merge;
    private volatile bool _isPrepared;
    private RunPlan _plan = null!;
    private RunDirectory _directory = null!;

    /// <summary>Share of lane time, beside other runs of the silo. A run that is paused has no shards.</summary>
    public int Priority
    {
        set => _turn.Priority = Math.Max(1, value);
    }

    /// <summary>Returns when the coordinator has no more shards.</summary>
    /// <exception cref="MirroredException">Whatever keeps this silo from going on.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, at the latest after one forward pass a lane.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var beating = BeatAsync(over, stop.Token);
        try
        {
            await ScoreAsync(over.Token, cancellationToken);
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // The run has ended while it was prepared.
        }
        finally
        {
            await stop.CancelAsync();
            await beating;
        }
    }

    /// <summary>Tells the coordinator that the session ends, and gives it what this silo has merged.</summary>
    public async Task LeaveAsync(RunFailure? failure, bool isStopping, CancellationToken cancellationToken)
    {
        if (_unheard.Count > 0)
            await ExchangeAsync(report => report, cancellationToken);
        var merged = _merge is { RowCount: <= int.MaxValue } merge && _mergedShards.Count > 0 ? _directory.Pack(merge.ToPart()) : null;
        var isSent = merged is { Length: <= MergedBytesMax };
        await ExchangeAsync(
            report => report with { IsLeaving = true, IsStopping = isStopping, Failure = failure, MergedShards = isSent ? [.. _mergedShards] : null, Merged = isSent ? merged : null }, cancellationToken);
    }

    (Shard? Shard, int? Later, bool IsOver) IShardSource.Next(CancellationToken stop)
    {
        var answer = ExchangeAsync(report => report with { WantsShard = true }, stop).GetAwaiter().GetResult();
        return (Taken(answer), answer.LaterShard, answer.IsOver);
    }

    async Task<bool> IShardSource.TryTakeAsync(int shardIndex, CancellationToken stop) =>
        Taken(await ExchangeAsync(report => report with { WantsShard = true, WantedShard = shardIndex }, stop)) is not null;

    private async Task ScoreAsync(CancellationToken over, CancellationToken cancellationToken)
    {
        var spec = silo.Fit(RunSpecReader.Read(order.Spec, order.Directory));
        using var data = new DataFiles(silo.Cache, silo.Time, cancellationToken);
        var store = silo.OpenStore(order.Directory);
        var models = await JoinAsync(() => Task.FromResult(silo.Borrow(spec.Model, data)));
        try
        {
            var (run, directory) = preparation is null
                ? await JoinAsync(() => RunBeginning.JoinAsync(spec, store, new Planner(data, silo.Digests, silo.Time), models, cancellationToken))
                : await preparation.RunAsync(spec, store, models, data, over);
            (_plan, _directory, _isPrepared) = (run.Plan, directory, true);
            _merge = new PartMerge([.. run.Queries.Select(query => query.Name)], run.Spec.Score);
            using var files = run.OpenTrainFiles(silo.Digests, cancellationToken);
            using var progress = new ProgressMeter(silo.Time, this, RunPhase.Scoring, _plan.RowCount);
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

    /// <summary>A silo that does not see what the one saw that prepared the run is at fault, and not the run: others go on with it.</summary>
    private async Task<T> JoinAsync<T>(Func<Task<T>> join)
    {
        try
        {
            return await join();
        }
        catch (MirroredException exception) when (preparation is null && exception.Kind == FailureKind.Invalid)
        {
            throw Failure.Unavailable(exception.Message, exception);
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
            _unheard[scored.Shard.ShardIndex] = scored.Part;
            _unscorableRowCount += scored.Part.Unscorable.Count;
            _inHand.TryRemove(scored.Shard.ShardIndex, out _);
        }
    }

    private async Task BeatAsync(CancellationTokenSource over, CancellationToken stop)
    {
        try
        {
            using var timer = new PeriodicTimer(beatInterval, silo.Time);
            while (await timer.WaitForNextTickAsync(stop))
            {
                if ((await ExchangeAsync(report => report, stop)).IsOver)
                    await over.CancelAsync();
            }
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
                var answer = await exchange(report).WaitAsync(stop);
                Merge(report.Done, answer.Repeated);
                return answer;
            }
            catch (Exception exception) when (exception is not MirroredException && !stop.IsCancellationRequested)
            {
                TakeBack(report);
                if (!GrainCalls.IsLost(exception, stop) && ++faultCount == FaultsMax)
                    throw;
                await Task.Delay(Pause(), silo.Time, stop);
            }
        }
    }

    private LaneReport Report()
    {
        lock (_telling)
        {
            var report = new LaneReport { Session = name, Done = [.. _done], InHand = [.. _inHand.Keys], UnscorableRowCount = _unscorableRowCount, WantsShard = false, IsPrepared = _isPrepared, Preparation = _isPrepared ? null : preparation?.Report };
            (_done, _unscorableRowCount) = ([], 0);
            return report;
        }
    }

    /// <summary>A part is merged once the coordinator knows it as the first of its shard, so that no two silos merge the same.</summary>
    private void Merge(int[] done, int[]? repeated)
    {
        lock (_telling)
        {
            foreach (var shard in done)
            {
                if (!_unheard.Remove(shard, out var part) || repeated?.Contains(shard) == true)
                    continue;
                _merge!.Add(part);
                _mergedShards.Add(shard);
            }
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

    /// <summary>Called by the engine, on any thread.</summary>
    void IProgress<RunProgress>.Report(RunProgress value)
    {
        if (value.Notice is { } notice)
            LogNotice(logger, order.Directory, notice);
    }

    [LoggerMessage(LogLevel.Warning, "{Directory}: {Notice}")]
    private static partial void LogNotice(ILogger logger, string directory, string notice);

    [LoggerMessage(LogLevel.Debug, "{Directory}: shard {ShardIndex} taken.")]
    private static partial void LogTaken(ILogger logger, string directory, int shardIndex);

    [LoggerMessage(LogLevel.Debug, "{Directory}: shard {ShardIndex} committed.")]
    private static partial void LogCommitted(ILogger logger, string directory, int shardIndex);
}
