using System.Collections.Immutable;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MirroredInfluence.Engine;
using MirroredInfluence.Storage;
using Orleans.Concurrency;

namespace MirroredInfluence.Grains;

/// <inheritdoc cref="IRunGrain"/>
[Reentrant]
[WithoutLanesFirst]
internal sealed partial class RunGrain(RunLedger ledger, SiloLanes silo, ILocalSiloDetails self, IOptions<GrainsOptions> options, TimeProvider time, ILogger<RunGrain> logger)
    : Grain, IRunGrain, IProgress<RunProgress>, IDisposable
{
    private const int ResultPieceBytes = 1 << 20;
    private static readonly TimeSpan NewsPatience = TimeSpan.FromSeconds(2), NewsInterval = TimeSpan.FromMilliseconds(50), HearInterval = TimeSpan.FromMilliseconds(10), SoFarPatience = TimeSpan.FromSeconds(15);

    private readonly Dictionary<string, ImmutableArray<int>?> _heard = new(StringComparer.Ordinal);   // sessions → shards in hand, before there is a board; null: it has left
    private readonly HashSet<int> _heardDone = [];                  // shards that were committed meanwhile
    private readonly List<LaneReport> _merged = [];                 // last reports of sessions, with what their silos have merged
    private readonly SemaphoreSlim _telling = new(1);               // what is in hand is written in order
    private readonly string _self = self.SiloAddress.ToParsableString();
    private LedgerEntry? _entry;
    private Task _driving = Task.CompletedTask;
    private CancellationTokenSource _stop = new();
    private readonly RunCounts _counts = new();
    private LaneSilos _silos = null!;
    private ShardBoard? _board;
    private CoordinatorWork? _work;
    private FoundSoFar? _found;
    private Task<byte[]?> _finding = Task.FromResult<byte[]?>(null);
    private RunFailure? _failure;
    private PhaseReport? _phase;              // that the run is in, but for scoring
    private bool _isPrepared;
    private RunState _state;
    private long _rowCount;
    private long _rowCountBefore;
    private long _scoringSince;
    private long _unscorableRowCount;
    private long _version;
    private bool _isLeaving;

    private string Directory => this.GetPrimaryKeyString();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _silos = NewSilos();
        return Task.CompletedTask;
    }

    public async Task<bool> WakeAsync()
    {
        if (!_driving.IsCompleted)
            return true;

        _entry = await ledger.TryGetAsync(Directory, CancellationToken.None);
        if (_entry is not { End: null } entry)
            return false;
        if (!_driving.IsCompleted)
            return true;

        DelayDeactivation(Timeout.InfiniteTimeSpan);
        (_stop, _silos, _failure, _board, _isPrepared, _unscorableRowCount) = (new CancellationTokenSource(), NewSilos(), null, null, false, 0);
        _merged.Clear();
        _found = null;
        _driving = DriveAsync(entry, _stop.Token);
        return true;
    }

    public async Task<RunReport> ReportAsync()
    {
        _entry ??= await ledger.TryGetAsync(Directory, CancellationToken.None);
        return Report(_entry ?? throw Failure.Invalid($"{Directory}: no run with this directory was submitted here. Submit it, or look at it with `mirrored status`."));
    }

    public async Task<RunReport> NewsAsync(long version)
    {
        var since = time.GetTimestamp();
        while (true)
        {
            var report = await ReportAsync();
            if (report.Version != version || time.GetElapsedTime(since) > NewsPatience)
                return report;
            await Task.Delay(NewsInterval, time);
        }
    }

    public async Task SetPriorityAsync(int priority)
    {
        RefusePriority(priority);
        await ReportAsync();
        if (_entry!.End is not null || _entry.Order.Priority == priority)
            return;
        LogPriority(logger, Directory, _entry.Order.Priority, priority);
        _entry = _entry with { Order = _entry.Order with { Priority = priority } };
        Interlocked.Increment(ref _version);
        await ledger.PutAsync(_entry, CancellationToken.None);
    }

    public async Task CancelAsync()
    {
        await ReportAsync();   // refuses what was never submitted
        if (await WakeAsync())
            await _stop.CancelAsync();
        await _driving;
    }

    public async Task<byte[]> ReadResultAsync(long offset)
    {
        var store = ObjectStores.Open(ObjectUri.Parse(Directory), silo.Cache, time);
        var path = await store.GetFileAsync(RunDirectory.ResultName, CancellationToken.None)
            ?? throw Failure.Invalid($"{Directory}: there is no {RunDirectory.ResultName}; expected a finished run.");
        using var file = File.OpenRead(path);
        file.Seek(offset, SeekOrigin.Begin);
        var piece = new byte[Math.Clamp(file.Length - offset, 0, ResultPieceBytes)];
        await file.ReadExactlyAsync(piece);
        return piece;
    }

    public async Task<SoFarReport> ReadSoFarAsync()
    {
        await ReportAsync();   // refuses what was never submitted
        if (_finding.IsCompleted)
        {
            var found = _found ??= new FoundSoFar(Directory, silo);
            _finding = Task.Run(() => found.ReadAsync(CancellationToken.None));
        }

        var finding = _finding;
        return await Task.WhenAny(finding, Task.Delay(SoFarPatience, time)) == finding ? new SoFarReport { IsMade = true, Json = await finding } : new SoFarReport { IsMade = false };
    }

    public async Task<ShardOrder> ExchangeAsync(LaneReport report)
    {
        GrainsTelemetry.Exchanged();
        // Sessions outlive their coordinator, and find the next one before anybody else does.
        if (_driving.IsCompleted && !_isLeaving && !await WakeAsync())
            return new ShardOrder { ShardIndex = -1, IsOver = true, Repeated = report.Done };

        _silos.Hear(report);
        if (LaneSilos.FailureOf(report) is { Kind: not FailureKind.Unavailable } failure)
            Fail(failure);
        if (_board is not { } board)
        {
            Hear(report);
            _heard[report.Session] = report.IsLeaving ? null : [.. report.InHand];
            _heardDone.UnionWith(report.Done);
            return new ShardOrder { ShardIndex = -1, IsOver = false, Repeated = report.Done };
        }

        int[] repeated = [.. report.Done.Where(shard => !MarkDone(board, shard))];
        if (report.Merged is not null)
            _merged.Add(report);

        _unscorableRowCount += report.UnscorableRowCount;
        _version++;
        if (report.IsLeaving)
            board.Leave(report.Session);
        else
            board.Hear(report.Session, report.InHand);
        var isOver = board.LeftCount == 0 || (_stop.IsCancellationRequested && !_isLeaving);
        var taken = report.WantsShard && !isOver && !_isLeaving && _entry!.Order.Priority > 0 ? board.Take(report.Session, report.WantedShard) : null;
        _counts.Shards(board, isPaused: _entry!.Order.Priority == 0);
        if ((taken is not null || report.IsLeaving) && LaneSilos.Of(report) == _self)
            await TellInHandAsync(board, report.Session);
        return new ShardOrder { ShardIndex = taken ?? -1, LaterShard = taken is null ? null : board.Later(report.Session, report.InHand.Length), IsOver = isOver, Repeated = repeated.Length > 0 ? repeated : null };
    }

    /// <summary>Called by the engine, on any thread.</summary>
    void IProgress<RunProgress>.Report(RunProgress value)
    {
        _phase = PhaseReports.Of(value);
        Interlocked.Increment(ref _version);
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_driving.IsCompleted)
            return;
        _isLeaving = true;
        await _stop.CancelAsync();
        await _driving.WaitAsync(cancellationToken);
    }

    public void Dispose()
    {
        _telling.Dispose();
        _stop.Dispose();
        _work?.Dispose();
    }

    private async Task DriveAsync(LedgerEntry entry, CancellationToken stop)
    {
        RunState end;
        try
        {
            _unscorableRowCount = await Span.OfAsync("run", span => RunAsync(entry, span, stop));
            end = RunState.Finished;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            end = _failure is null ? RunState.Cancelled : RunState.Failed;
        }
        catch (Exception exception)
        {
            var failure = CaughtFailure.Of(exception);
            LogEnd(logger, Directory, failure.Message, failure.Kind == FailureKind.Internal ? failure : null);
            (_failure, end) = (RunFailure.Of(failure), RunState.Failed);
            await _stop.CancelAsync();   // sessions hear that it is over
        }

        if (await EndByAnotherAsync(CancellationToken.None) is { } ended)
        {
            _entry = ended;
        }
        else if (!_isLeaving)   // a coordinator that moves to another silo has not ended its run
        {
            var (doneCount, totalCount) = (_board, end) switch
            {
                (null, _) => (0, 0),   // nothing was scored
                (_, RunState.Finished) => (_work!.Plan.RowCount, _work.Plan.RowCount),
                _ => (_rowCount, _work!.Plan.RowCount),
            };
            _entry = _entry! with { End = end, Failure = _failure, DoneCount = doneCount, TotalCount = totalCount, UnscorableRowCount = _unscorableRowCount };
            await ledger.PutAsync(_entry, CancellationToken.None);
            if (end != RunState.Failed)
                LogEnded(logger, Directory, SpecName.Of(end), doneCount, _unscorableRowCount);
            Enter(end);
            DelayDeactivation(TimeSpan.Zero);
        }

        _counts.Clear();
    }

    /// <returns>Rows that could not be scored.</returns>
    private async Task<long> RunAsync(LedgerEntry entry, Activity? span, CancellationToken stop)
    {
        Enter(RunState.Waiting);
        var isGoingOn = await PrepareAsync(span?.Id, stop);
        using var work = _work = await Task.Run(() => CoordinatorWork.OpenAsync(entry.Order, silo, this, stop), stop);
        span?.SetTag("mirrored.run.id", work.RunId);
        await ScoreAsync(work, isGoingOn, stop);
        await HearOutAsync(stop);
        if (await EndByAnotherAsync(stop) is { } ended)
            return ended.UnscorableRowCount;
        Enter(RunState.Reducing);
        return await Task.Run(() => work.FinishAsync(_merged, stop), stop);
    }

    /// <summary>Has a silo with lanes prepare the run, another when that one has gone. Sessions of an earlier coordinator say that it is prepared, and what they have in hand.</summary>
    /// <returns>Whether an earlier coordinator may have handed out shards.</returns>
    private async Task<bool> PrepareAsync(string? span, CancellationToken stop)
    {
        var isGoingOn = await Task.Run(() => RunDirectory.IsPlannedAsync(silo.OpenStore(Directory), stop), stop);
        if (isGoingOn)
            await Task.Delay(options.Value.Silence / 2, time, stop);
        var (preparing, deaths) = ((string?)null, new List<string>());
        for (; !_isPrepared; await Task.Delay(options.Value.BeatInterval / 4, time, stop))
        {
            var silos = await AskableSilosAsync();
            if (preparing is not null && !silos.Contains(preparing))
            {
                if (!_silos.IsResting(preparing))
                    deaths.Add(preparing);
                if (deaths.Count == Engine.BatchWorker.DeathsMax)
                    throw Failure.Data($"{Directory}: {deaths.Count} silos died while they planned the run or ascended its queries: {string.Join(", ", deaths)}. Look at what their logs say last; submit it again when that is mended.");
                preparing = null;
            }

            preparing ??= silos.Contains(_self) ? _self : silos.ElementAtOrDefault((int)((uint)Directory.GetHashCode(StringComparison.Ordinal) % Math.Max(1, silos.Length)));
            if (preparing is not null)
                Announce(preparing, shards => shards.PrepareAsync(_entry!.Order, span));
        }

        return isGoingOn;
    }

    /// <summary>Hands out shards until all are done. Silos that come later join; what those who fall silent had goes to others.</summary>
    private async Task ScoreAsync(CoordinatorWork work, bool isGoingOn, CancellationToken stop)
    {
        var done = await Task.Run(() => work.ListDoneAsync(stop), stop);
        var board = new ShardBoard(work.Plan.Shards, done, time, options.Value.Silence);
        (_rowCount, _scoringSince) = (done.Sum(shard => (long)work.Plan.Shards[shard].RowCount), time.GetTimestamp());
        _rowCountBefore = _rowCount;
        foreach (var (session, inHand) in _heard)
        {
            if (inHand is { } shards)
                board.Hear(session, shards);
        }

        foreach (var shard in _heardDone)
            MarkDone(board, shard);
        if (isGoingOn)
        {
            var dead = (await work.ReadInHandAsync(stop)).Where(said => !_heard.ContainsKey(said.Session)).Select(said => (said.Session, (IEnumerable<int>)said.Shards));
            await SetAsideAsync(board, work, board.Bury(dead), stop);
        }

        _heard.Clear();
        _heardDone.Clear();
        _board = board;
        Enter(RunState.Scoring);
        LogCoordinated(logger, Directory, done.Length, work.Plan.Shards.Length);
        while (board.LeftCount > 0)
        {
            foreach (var able in await AskableSilosAsync())
                Announce(able, shards => shards.ScoreAsync(_entry!.Order));
            await SetAsideAsync(board, work, board.Bury(), stop);
            _counts.Shards(board, isPaused: _entry!.Order.Priority == 0);
            await Task.Delay(options.Value.BeatInterval / 4, time, stop);
        }
    }

    private static async Task SetAsideAsync(ShardBoard board, CoordinatorWork work, IReadOnlyDictionary<int, IReadOnlyList<string>> poisoned, CancellationToken stop)
    {
        foreach (var (shard, sessions) in poisoned)
        {
            await work.SetAsideAsync(shard, sessions, stop);
            board.MarkDone(shard);
        }
    }

    /// <summary>The run went on elsewhere, to its end: this silo was late, and does not know yet that the others count it as dead.</summary>
    private async Task<LedgerEntry?> EndByAnotherAsync(CancellationToken stop) => await ledger.TryGetAsync(Directory, stop) is { End: not null } ended ? ended : null;

    /// <summary>A session of the coordinator's own silo dies together with it: what it had in hand is written down before it is scored.</summary>
    private async Task TellInHandAsync(ShardBoard board, string session)
    {
        await _telling.WaitAsync();
        try
        {
            await _work!.PutInHandAsync(session, board.InHandOf(session), CancellationToken.None);
        }
        finally
        {
            _telling.Release();
        }
    }

    /// <summary>Sessions end with what they have merged. Whose last words are not heard in time has its parts read.</summary>
    private async Task HearOutAsync(CancellationToken stop)
    {
        var since = time.GetTimestamp();
        while (_board!.SessionCount > 0 && time.GetElapsedTime(since) < options.Value.Silence)
            await Task.Delay(HearInterval, time, stop);
    }

    private bool MarkDone(ShardBoard board, int shard)
    {
        if (!board.MarkDone(shard))
            return false;
        _rowCount += _work!.Plan.Shards[shard].RowCount;
        return true;
    }

    private LaneSilos NewSilos() => new(GrainFactory, options.Value.Rest, time);

    /// <summary>The run fails when none can go on with it.</summary>
    private async Task<string[]> AskableSilosAsync()
    {
        var (silos, failure) = await _silos.AskableAsync();
        if (failure is not null)
            Fail(failure);
        return silos;
    }

    /// <summary>Nobody waits for a silo.</summary>
    private void Announce(string silo, Func<IShardGrain, Task> announce) => announce(GrainFactory.GetGrain<IShardGrain>($"{silo}|{Directory}")).ContinueWith(
        task => LogNotAnnounced(logger, silo, Directory, task.Exception!.InnerException!.Message.Split('\n')[0]), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);

    /// <summary>Before there is a board.</summary>
    private void Hear(LaneReport report)
    {
        _isPrepared |= report.IsPrepared;
        if (report.Preparation is not { } phase || _isPrepared)
            return;
        if (phase.State != _state)
            Enter(phase.State);
        _phase = phase;
        Interlocked.Increment(ref _version);
    }

    private void Fail(RunFailure failure)
    {
        if (_failure is null)
        {
            LogEnd(logger, Directory, failure.Message, fault: null);
            _failure = failure;
        }

        _stop.Cancel();
    }

    internal static void RefusePriority(int priority)
    {
        if (priority is < 0 or > 100)
            throw Failure.Invalid($"priority: found {priority}; expected 0 to 100.");
    }

    private void Enter(RunState state)
    {
        (_state, _phase) = (state, null);
        _counts.Enter(state);
        Interlocked.Increment(ref _version);
    }

    private RunReport Report(LedgerEntry entry)
    {
        var report = new RunReport
        {
            Directory = entry.Order.Directory,
            State = entry.End ?? _state,
            DoneCount = entry.DoneCount,
            TotalCount = entry.TotalCount,
            PerSecond = 0,
            UnscorableRowCount = entry.End is null ? _unscorableRowCount : entry.UnscorableRowCount,
            Priority = entry.Order.Priority,
            SubmittedAt = entry.SubmittedAt,
            Failure = entry.Failure,
            Version = Interlocked.Read(ref _version),
        };
        if (entry.End is not null)
            return report;

        if (_state == RunState.Scoring)
        {
            var seconds = time.GetElapsedTime(_scoringSince).TotalSeconds;
            return report with { DoneCount = _rowCount, TotalCount = _work!.Plan.RowCount, PerSecond = seconds > 0 ? (_rowCount - _rowCountBefore) / seconds : 0 };
        }

        return _phase is { } phase ? report with { DoneCount = phase.DoneCount, TotalCount = phase.TotalCount, PerSecond = phase.PerSecond } : report;
    }

    [LoggerMessage(LogLevel.Information, "{Directory}: coordinated here; {DoneCount} of {ShardCount} shards are done.")]
    private static partial void LogCoordinated(ILogger logger, string directory, int doneCount, int shardCount);

    [LoggerMessage(LogLevel.Information, "{Directory}: the run is {End}: {RowCount} rows done, {UnscorableRowCount} of them unscorable.")]
    private static partial void LogEnded(ILogger logger, string directory, string end, long rowCount, long unscorableRowCount);

    [LoggerMessage(LogLevel.Information, "{Directory}: priority {Before} is now {Now}.")]
    private static partial void LogPriority(ILogger logger, string directory, int before, int now);

    [LoggerMessage(LogLevel.Error, "{Directory}: the run failed: {Reason}")]
    private static partial void LogEnd(ILogger logger, string directory, string reason, Exception? fault);

    [LoggerMessage(LogLevel.Information, "{Directory}: {Silo} did not take its announcement, and is told again: {Reason}")]
    private static partial void LogNotAnnounced(ILogger logger, string silo, string directory, string reason);
}
