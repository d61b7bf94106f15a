using System.Collections.Immutable;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Engine;

/// <summary>
/// The workers of a run as one of them sees them, and its own signs of life. Nothing that counts depends on it: it only keeps work from being done
/// twice, and finds shards that kill. Clocks are never compared: a worker is dead when its beat has stood still for three intervals of ours.
/// Who says what it takes and then looks sees everyone who said so before: of two that take the same, at least one finds out.
/// </summary>
internal sealed class Crew : IAsyncDisposable
{
    private const int SilentBeatsMax = 3, PauseDoublings = 5;

    private readonly WorkerLog _log;
    private readonly WorkerPlace _place;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly Lock _lock = new();
    private readonly Dictionary<(int Worker, int Session), Sighting> _sightings = [];
    private readonly Dictionary<int, int> _latestSessions = [];
    private readonly CancellationTokenSource _leaving = new();
    private readonly SemaphoreSlim _telling = new(1);   // beats are written in order
    private WorkerRecord _self;
    private Task _beating = Task.CompletedTask;

    private Crew(WorkerLog log, WorkerPlace place, TimeProvider time, WorkerRecord self)
    {
        (_log, _place, _time, _self, _random) = (log, place, time, self, new Random(place.Index));
        _latestSessions[self.WorkerIndex] = self.Session;
    }

    public TimeSpan BeatInterval => _place.BeatInterval;

    private TimeSpan Silence => SilentBeatsMax * _place.BeatInterval;

    /// <summary>Begins a session and beats until disposed.</summary>
    public static async Task<Crew> JoinAsync(IObjectStore store, WorkerPlace place, TimeProvider time, CancellationToken cancellationToken)
    {
        var log = new WorkerLog(store);
        var now = time.GetUtcNow();
        var self = await log.BeginAsync(
            new WorkerRecord
            {
                WorkerIndex = place.Index,
                WorkerCount = place.Count,
                Session = 0,
                Host = Environment.MachineName,
                ProcessId = Environment.ProcessId,
                StartedAt = now,
                SeenAt = now,
                Beat = 0,
            },
            cancellationToken);
        var crew = new Crew(log, place, time, self);
        await crew.LookAtAllAsync(cancellationToken);
        crew._beating = Task.Run(() => crew.BeatAsync(crew._leaving.Token), CancellationToken.None);
        return crew;
    }

    /// <summary>
    /// Has each item made by one worker, whoever says first that it makes it; each begins with those whose index modulo the workers is its own. Nobody
    /// waits for a worker that has not begun. Returns when all are there.
    /// </summary>
    /// <param name="nameOf">What <see cref="WorkerRecord.Making"/> calls an item.</param>
    /// <param name="atOnceMax">Items that a worker makes side by side.</param>
    public async Task ShareAsync<T>(
        ImmutableArray<T> items,
        int atOnceMax,
        Func<T, string> nameOf,
        Func<T, CancellationToken, Task<bool>> isThere,
        Func<ImmutableArray<T>, CancellationToken, Task> make,
        CancellationToken cancellationToken)
    {
        var missing = items.Select((item, index) => (Item: item, Step: (index + _place.Count - _place.Index) % _place.Count)).OrderBy(entry => entry.Step).ToList();
        for (var waitCount = 0; ;)
        {
            var still = new List<(T Item, int Step)>();
            foreach (var entry in missing)
            {
                if (!await isThere(entry.Item, cancellationToken))
                    still.Add(entry);
            }

            missing = still;
            if (missing.Count == 0)
                return;

            await LookAsync(cancellationToken);
            var taken = MadeByOthers();
            ImmutableArray<T> mine = [.. missing.Select(entry => entry.Item).Where(item => !taken.Contains(nameOf(item))).Take(atOnceMax)];
            ImmutableArray<string> names = [.. mine.Select(nameOf)];
            if (mine.IsEmpty || !await TryTakeAsync(self => self with { Making = names }, self => self with { Making = [] }, () => MadeByOthers().Overlaps(names), cancellationToken))
            {
                using var waiting = new Waiting(WaitCause.Workers);
                await Task.Delay(Pause(waitCount++), _time, cancellationToken);
                continue;
            }

            // Another may have made some, and said so, between the look for them and the look at the others.
            var left = ImmutableArray.CreateBuilder<T>();
            foreach (var item in mine)
            {
                if (!await isThere(item, cancellationToken))
                    left.Add(item);
            }

            if (left.Count > 0)
                await make(left.ToImmutable(), cancellationToken);
            await TellAsync(self => self with { Making = [] }, cancellationToken);
        }
    }

    /// <summary>Says that this worker scores a shard, before it does.</summary>
    public Task HoldAsync(int shardIndex, CancellationToken cancellationToken) => TellAsync(With(shardIndex), cancellationToken);

    /// <summary>Says that this worker scores a shard, unless another turns out to have said so.</summary>
    /// <param name="isTaken">By what this worker knows then.</param>
    public Task<bool> TryHoldAsync(int shardIndex, Func<bool> isTaken, CancellationToken cancellationToken) =>
        TryTakeAsync(With(shardIndex), self => self with { Shards = self.Shards.Remove(shardIndex) }, isTaken, cancellationToken);

    /// <summary>The shard is done. The next beat says so.</summary>
    public void Release(int shardIndex, long rowCount, long unscorableRowCount)
    {
        lock (_lock)
        {
            _self = _self with
            {
                Shards = _self.Shards.Remove(shardIndex),
                RowCount = _self.RowCount + rowCount,
                UnscorableRowCount = _self.UnscorableRowCount + unscorableRowCount,
            };
        }
    }

    /// <summary>Reads anew what the others say.</summary>
    public Task LookAsync(CancellationToken cancellationToken) => LookAsync(IsLatest, cancellationToken);

    /// <summary>Shards that living others are scoring → for how long, as far as this worker has seen; the shortest when there are several.</summary>
    public Dictionary<int, TimeSpan> HeldByOthers()
    {
        lock (_lock)
        {
            var held = new Dictionary<int, TimeSpan>();
            foreach (var (shard, since) in LivingOthers().SelectMany(seen => seen.HeldSince))
            {
                var heldFor = _time.GetElapsedTime(since);
                if (!held.TryGetValue(shard, out var other) || heldFor < other)
                    held[shard] = heldFor;
            }

            return held;
        }
    }

    /// <summary>Shards that dead sessions were scoring when they fell silent → those sessions, such as <c>3-0</c>.</summary>
    public Dictionary<int, ImmutableArray<string>> Deaths()
    {
        lock (_lock)
        {
            var dead = _sightings.Where(pair => pair.Value.Record is { HasEnded: false, Shards.IsEmpty: false } && !IsAlive(pair.Key));
            return dead.SelectMany(pair => pair.Value.Record.Shards.Select(shard => (Shard: shard, Session: $"{pair.Key.Worker}-{pair.Key.Session}")))
                .GroupBy(death => death.Shard)
                .ToDictionary(deaths => deaths.Key, deaths => deaths.Select(death => death.Session).ToImmutableArray());
        }
    }

    /// <summary>
    /// How long to wait for others: not the same twice, nor for two workers, so that those who found each other in their way part. Short at first, since what
    /// others do is often done soon; in the end a fifth of a beat.
    /// </summary>
    /// <param name="waitCount">Waits before this one.</param>
    public TimeSpan Pause(int waitCount)
    {
        lock (_lock)
            return _place.BeatInterval / 5 * (0.25 + (0.75 * _random.NextDouble())) * Math.Min(1, Math.Pow(2, waitCount - PauseDoublings));
    }

    /// <summary>Tells the others that this worker came to an end of its own, and beats no more.</summary>
    public async ValueTask DisposeAsync()
    {
        await _leaving.CancelAsync();
        await _beating;
        try
        {
            await TellAsync(self => self with { HasEnded = true, Making = [], Shards = [] }, CancellationToken.None);
        }
        catch (MirroredException exception) when (exception.Kind == FailureKind.Unavailable)
        {
            // It looks dead to the others: they go on all the same.
        }

        _leaving.Dispose();
        _telling.Dispose();
    }

    private static Func<WorkerRecord, WorkerRecord> With(int shardIndex) => self => self with { Shards = self.Shards.Add(shardIndex) };

    private async Task<bool> TryTakeAsync(
        Func<WorkerRecord, WorkerRecord> take, Func<WorkerRecord, WorkerRecord> giveBack, Func<bool> isTaken, CancellationToken cancellationToken)
    {
        await TellAsync(take, cancellationToken);
        await LookAsync(cancellationToken);
        if (!isTaken())
            return true;

        await TellAsync(giveBack, cancellationToken);
        return false;
    }

    private HashSet<string> MadeByOthers()
    {
        lock (_lock)
            return [.. LivingOthers().SelectMany(seen => seen.Record.Making)];
    }

    private async Task BeatAsync(CancellationToken leaving)
    {
        try
        {
            using var timer = new PeriodicTimer(_place.BeatInterval, _time);
            while (await timer.WaitForNextTickAsync(leaving))
            {
                try
                {
                    await TellAsync(self => self, leaving);
                    await LookAtAllAsync(leaving);
                }
                catch (MirroredException exception) when (exception.Kind == FailureKind.Unavailable)
                {
                    // Others may take over what this worker does: the first commit wins.
                }
            }
        }
        catch (OperationCanceledException)
        {
            // It leaves.
        }
    }

    private async Task TellAsync(Func<WorkerRecord, WorkerRecord> change, CancellationToken cancellationToken)
    {
        await _telling.WaitAsync(cancellationToken);
        try
        {
            WorkerRecord told;
            lock (_lock)
                told = _self = change(_self) with { Beat = _self.Beat + 1, SeenAt = _time.GetUtcNow() };
            await _log.PutAsync(told, cancellationToken);
        }
        finally
        {
            _telling.Release();
        }
    }

    private Task LookAtAllAsync(CancellationToken cancellationToken) => LookAsync(HasNotEnded, cancellationToken);

    private async Task LookAsync(Func<(int Worker, int Session), bool> isWanted, CancellationToken cancellationToken)
    {
        var records = await _log.ReadAsync(IsWanted, cancellationToken);
        lock (_lock)
        {
            var now = _time.GetTimestamp();
            foreach (var record in records)
            {
                var key = (record.WorkerIndex, record.Session);
                var seen = _sightings.GetValueOrDefault(key);
                if (record.Beat > (seen?.Record.Beat ?? -1))
                    _sightings[key] = new Sighting(record, now, record.Shards.ToImmutableDictionary(shard => shard, shard => seen?.HeldSince.GetValueOrDefault(shard, now) ?? now));
                _latestSessions[record.WorkerIndex] = Math.Max(record.Session, _latestSessions.GetValueOrDefault(record.WorkerIndex));
            }
        }

        bool IsWanted(int worker, int session)
        {
            lock (_lock)
                return !IsSelf((worker, session)) && isWanted((worker, session));
        }
    }

    private bool HasNotEnded((int Worker, int Session) key) => !_sightings.TryGetValue(key, out var seen) || !seen.Record.HasEnded;

    private bool IsLatest((int Worker, int Session) key) => HasNotEnded(key) && key.Session >= _latestSessions.GetValueOrDefault(key.Worker);

    private IEnumerable<Sighting> LivingOthers() => _sightings.Where(pair => IsAlive(pair.Key)).Select(pair => pair.Value);

    private bool IsSelf((int Worker, int Session) key) => key == (_self.WorkerIndex, _self.Session);

    /// <summary>A worker that was started again is not two: only its latest session can live.</summary>
    private bool IsAlive((int Worker, int Session) key) =>
        _sightings[key] is { Record.HasEnded: false } seen
        && _latestSessions[key.Worker] == key.Session
        && _time.GetElapsedTime(seen.ChangedAt) < Silence;

    /// <param name="HeldSince">The record's shards → when each was first seen there.</param>
    private sealed record Sighting(WorkerRecord Record, long ChangedAt, ImmutableDictionary<int, long> HeldSince);
}
