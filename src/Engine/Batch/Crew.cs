using System.Collections.Immutable;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Engine;

/// <summary>
/// The workers of a run as one of them sees them, and its own signs of life. Nothing that counts depends on it: it only keeps work from being done
/// twice, and finds shards that kill. Clocks are never compared: a worker is dead when its beat has stood still for three intervals of ours.
/// </summary>
internal sealed class Crew : IAsyncDisposable
{
    private const int SilentBeatsMax = 3;

    private readonly WorkerLog _log;
    private readonly WorkerPlace _place;
    private readonly TimeProvider _time;
    private readonly long _joinedAt;
    private readonly Lock _lock = new();
    private readonly Dictionary<(int Worker, int Session), Sighting> _sightings = [];
    private readonly Dictionary<(int Worker, int Session, int Shard), long> _heldSince = [];
    private readonly CancellationTokenSource _leaving = new();
    private readonly SemaphoreSlim _telling = new(1);   // beats are written in order
    private WorkerRecord _self;
    private Task _beating = Task.CompletedTask;

    private Crew(WorkerLog log, WorkerPlace place, TimeProvider time, WorkerRecord self)
    {
        (_log, _place, _time, _self) = (log, place, time, self);
        _joinedAt = time.GetTimestamp();
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
        await crew.LookAsync(cancellationToken);
        crew._beating = Task.Run(() => crew.BeatAsync(crew._leaving.Token), CancellationToken.None);
        return crew;
    }

    /// <summary>
    /// Has each item made by one worker: its owner, item index modulo the workers, or the next living one after it. Returns when all are there.
    /// </summary>
    /// <param name="nameOf">What <see cref="WorkerRecord.Making"/> calls an item.</param>
    public async Task ShareAsync<T>(
        ImmutableArray<T> items,
        Func<T, string> nameOf,
        Func<T, CancellationToken, Task<bool>> isThere,
        Func<ImmutableArray<T>, CancellationToken, Task> make,
        CancellationToken cancellationToken)
    {
        var missing = items.Select((item, index) => (Item: item, Owner: index % _place.Count)).ToList();
        while (true)
        {
            var still = new List<(T Item, int Owner)>();
            foreach (var entry in missing)
            {
                if (!await isThere(entry.Item, cancellationToken))
                    still.Add(entry);
            }

            missing = still;
            if (missing.Count == 0)
                return;

            ImmutableArray<T> mine = [.. missing.Where(entry => IsMyTurn(entry.Owner)).Select(entry => entry.Item)];
            if (mine.IsEmpty)
            {
                await Task.Delay(_place.BeatInterval / 4, _time, cancellationToken);
                continue;
            }

            await TellAsync(self => self with { Making = [.. mine.Select(nameOf)] }, cancellationToken);
            await make(mine, cancellationToken);
            await TellAsync(self => self with { Making = [] }, cancellationToken);
        }
    }

    /// <summary>Says that this worker scores a shard, before it does.</summary>
    public Task HoldAsync(int shardIndex, CancellationToken cancellationToken) =>
        TellAsync(self => self with { Shards = self.Shards.Add(shardIndex) }, cancellationToken);

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

    /// <summary>Shards that living others are scoring → for how long, as far as this worker has seen.</summary>
    public Dictionary<int, TimeSpan> HeldByOthers()
    {
        lock (_lock)
        {
            var held = new Dictionary<int, TimeSpan>();
            foreach (var record in _sightings.Where(pair => IsAlive(pair.Key) && !IsSelf(pair.Key)).Select(pair => pair.Value.Record))
            {
                foreach (var shard in record.Shards)
                    held[shard] = _time.GetElapsedTime(_heldSince[(record.WorkerIndex, record.Session, shard)]);
            }

            return held;
        }
    }

    /// <summary>Shards that dead sessions were scoring when they fell silent → those sessions, such as <c>3-0</c>.</summary>
    public Dictionary<int, ImmutableArray<string>> Deaths()
    {
        lock (_lock)
        {
            var dead = _sightings.Where(pair => !pair.Value.Record.HasEnded && !IsAlive(pair.Key));
            return dead.SelectMany(pair => pair.Value.Record.Shards.Select(shard => (Shard: shard, Session: $"{pair.Key.Worker}-{pair.Key.Session}")))
                .GroupBy(death => death.Shard)
                .ToDictionary(deaths => deaths.Key, deaths => deaths.Select(death => death.Session).ToImmutableArray());
        }
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

    /// <summary>No living worker, and none that may yet come, stands between the owner and this one.</summary>
    private bool IsMyTurn(int owner)
    {
        lock (_lock)
        {
            for (var worker = owner % _place.Count; worker != _place.Index; worker = (worker + 1) % _place.Count)
            {
                var latest = LatestSession(worker);
                if (latest is { } session ? IsAlive((worker, session)) : _time.GetElapsedTime(_joinedAt) < Silence)
                    return false;
            }

            return true;
        }
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
                    await LookAsync(leaving);
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

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var records = await _log.ReadAsync(cancellationToken);
        lock (_lock)
        {
            var now = _time.GetTimestamp();
            foreach (var record in records)
            {
                var key = (record.WorkerIndex, record.Session);
                if (!_sightings.TryGetValue(key, out var seen) || seen.Record.Beat != record.Beat)
                    _sightings[key] = new Sighting(record, now);
                foreach (var shard in record.Shards)
                    _heldSince.TryAdd((record.WorkerIndex, record.Session, shard), now);
            }
        }
    }

    private bool IsSelf((int Worker, int Session) key) => key == (_self.WorkerIndex, _self.Session);

    private int? LatestSession(int worker) =>
        _sightings.Keys.Where(key => key.Worker == worker).Select(key => (int?)key.Session).Max();

    /// <summary>A worker that was started again is not two: only its latest session can live.</summary>
    private bool IsAlive((int Worker, int Session) key) =>
        IsSelf(key)
        || (_sightings[key] is { Record.HasEnded: false } seen && LatestSession(key.Worker) == key.Session && _time.GetElapsedTime(seen.ChangedAt) < Silence);

    private sealed record Sighting(WorkerRecord Record, long ChangedAt);
}
