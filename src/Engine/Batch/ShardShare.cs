using System.Collections;
using System.Collections.Immutable;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Engine;

/// <summary>
/// Which shard a worker scores next (docs/decisions/0009). Its own share in order; then what others have left, from the worker with the most left and
/// from the end of its share, which its owner reaches last; then what a straggler holds; last, alone, what a worker died at. Where others are near it
/// looks before it chooses, and again after it has said what it takes: hardly a shard is scored twice, and one that is changes nothing.
/// </summary>
internal sealed class ShardShare
{
    private const double StragglingFactor = 2;
    private const int UnseenShare = 4;         // of the own share a 4 N-th is taken without looking: N workers would have to be four times as fast to meet it

    private readonly RunPlan _plan;
    private readonly RunDirectory _directory;
    private readonly Crew _crew;
    private readonly WorkerPlace _place;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly BitArray _done;           // shape [shards]: committed, or set aside
    private readonly BitArray _taken;          // shape [shards]: by this session
    private readonly int[] _leftCounts;        // shape [workers]: shards of a worker's share that are not done
    private readonly int[] _tails;             // shape [workers]: no shard of the share at or after it is left
    private readonly int[] _blockLeftCounts;   // shape [blocks]: shards that are not done
    private readonly long[] _listedAt;         // shape [blocks], timestamps
    private readonly HashSet<int> _inHand = [];
    private int _ownNext;
    private int _unseenCountMax;               // own shards that may be taken before looking again
    private double _shardSecondsSum;
    private int _scoredCount;
    private bool _isAlone;

    private ShardShare(RunPlan plan, RunDirectory directory, Crew crew, WorkerPlace place, TimeProvider time)
    {
        (_plan, _directory, _crew, _place, _time) = (plan, directory, crew, place, time);
        _done = new BitArray(plan.Shards.Length);
        _taken = new BitArray(plan.Shards.Length);
        _leftCounts = [.. Enumerable.Range(0, place.Count).Select(worker => StartOf(worker + 1) - StartOf(worker))];
        _tails = [.. Enumerable.Range(0, place.Count).Select(worker => StartOf(worker + 1))];
        _blockLeftCounts = [.. plan.Shards.Select(shard => shard.ShardIndex).Chunk(RunDirectory.BlockShards).Select(block => block.Length)];
        _listedAt = new long[_blockLeftCounts.Length];
        _ownNext = StartOf(place.Index);
    }

    private TimeSpan ListingAgeMax => _crew.BeatInterval;

    /// <summary>Lists what is scored by now.</summary>
    public static async Task<ShardShare> OpenAsync(
        RunPlan plan, RunDirectory directory, Crew crew, WorkerPlace place, TimeProvider time, CancellationToken cancellationToken)
    {
        var share = new ShardShare(plan, directory, crew, place, time);
        Array.Fill(share._listedAt, time.GetTimestamp());
        await foreach (var shard in directory.ListPartsAsync(cancellationToken))
            share.MarkDone(shard);
        return share;
    }

    /// <summary>The next shard, held by this worker now; null when none is left but in its own hands. Waits while others hold all that is left. Called on a lane's thread.</summary>
    public Shard? Take(CancellationToken cancellationToken)
    {
        for (var waitCount = 0; ; waitCount++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            lock (_lock)
            {
                if (!_isAlone && (TakeUnseen(cancellationToken) ?? TakeSeen(cancellationToken)) is { } index)
                    return _plan.Shards[index];

                ListBlocks(_crew.BeatInterval / 5, cancellationToken);
                if (_leftCounts.Sum() == _inHand.Count(shard => !_done[shard]))
                    return null;
            }

            cancellationToken.WaitHandle.WaitOne(_crew.Pause(waitCount));
        }
    }

    /// <summary>The shard's part is in the directory.</summary>
    public void Committed(ScoredShard scored, TimeSpan took)
    {
        lock (_lock)
        {
            MarkDone(scored.Shard.ShardIndex);
            _inHand.Remove(scored.Shard.ShardIndex);
            _isAlone = false;
            _shardSecondsSum += took.TotalSeconds;
            _scoredCount++;
        }

        _crew.Release(scored.Shard.ShardIndex, scored.Shard.RowCount, scored.Part.Unscorable.Count);
    }

    /// <summary>From the own share while nobody can have come near since this worker looked.</summary>
    private int? TakeUnseen(CancellationToken cancellationToken)
    {
        var view = View();
        if (_unseenCountMax == 0 || view.Held.Keys.Any(shard => WorkerOf(shard) == _place.Index) || OwnFront(view, cancellationToken) is not { } shard)
            return null;

        _unseenCountMax--;
        Await(_crew.HoldAsync(shard, cancellationToken));
        return Keep(shard);
    }

    private int? TakeSeen(CancellationToken cancellationToken)
    {
        Await(_crew.LookAsync(cancellationToken));
        while (Choose(View(), cancellationToken) is { } shard)
        {
            if (Await(_directory.HasPartAsync(shard, cancellationToken)))
            {
                MarkDone(shard);
            }
            else if (Await(_crew.TryHoldAsync(shard, () => !MayTake(shard, View()), cancellationToken)))
            {
                _unseenCountMax = _leftCounts[_place.Index] / (UnseenShare * _place.Count);
                _isAlone = View().Deaths.ContainsKey(shard);   // with nothing beside it, a death is its own
                return Keep(shard);
            }
        }

        return null;
    }

    private int Keep(int shard)
    {
        _taken[shard] = true;
        _inHand.Add(shard);
        return shard;
    }

    private int? Choose(CrewView view, CancellationToken cancellationToken) =>
        OwnFront(view, cancellationToken) ?? OthersBack(view, cancellationToken) ?? Straggling(view, cancellationToken) ?? Suspect(view, cancellationToken);

    private int? OwnFront(CrewView view, CancellationToken cancellationToken)
    {
        for (; _ownNext < StartOf(_place.Index + 1); _ownNext++)
        {
            if (IsFree(_ownNext, view, cancellationToken))
                return _ownNext;
        }

        return null;
    }

    private int? OthersBack(CrewView view, CancellationToken cancellationToken)
    {
        foreach (var worker in Enumerable.Range(1, _place.Count).Select(step => (_place.Index + step) % _place.Count).OrderByDescending(worker => _leftCounts[worker]))
        {
            while (_tails[worker] > StartOf(worker) && IsDone(_tails[worker] - 1, cancellationToken))
                _tails[worker]--;

            // Each at a place of its own from the end, so that two who come at once do not choose the same.
            var step = (_place.Index - worker - 1 + _place.Count) % _place.Count;
            var free = new List<int>();
            for (var shard = _tails[worker] - 1; shard >= StartOf(worker) && free.Count <= step; shard--)
            {
                if (IsFree(shard, view, cancellationToken))
                    free.Add(shard);
            }

            if (free.Count > 0)
                return free[step % free.Count];
        }

        return null;
    }

    private int? Straggling(CrewView view, CancellationToken cancellationToken) => view.Held
        .Where(pair => IsOpen(pair.Key) && !view.Deaths.ContainsKey(pair.Key) && MayTake(pair.Key, view) && !IsDone(pair.Key, cancellationToken))
        .OrderByDescending(pair => pair.Value).Select(pair => (int?)pair.Key).FirstOrDefault();

    private int? Suspect(CrewView view, CancellationToken cancellationToken)
    {
        foreach (var (shard, sessions) in view.Deaths.OrderBy(pair => pair.Key))
        {
            if (!IsOpen(shard) || view.Held.ContainsKey(shard) || IsDone(shard, cancellationToken))
                continue;

            if (sessions.Length >= BatchWorker.DeathsMax)
                SetAside(shard, sessions, cancellationToken);
            else if (_inHand.Count == 0)
                return shard;
        }

        return null;
    }

    private CrewView View() => new(_crew.HeldByOthers(), _crew.Deaths());

    private bool IsFree(int shard, CrewView view, CancellationToken cancellationToken) =>
        IsOpen(shard) && !view.Held.ContainsKey(shard) && !view.Deaths.ContainsKey(shard) && !IsDone(shard, cancellationToken);

    private bool IsOpen(int shard) => shard < _done.Length && !_done[shard] && !_taken[shard];

    /// <summary>Nobody holds it, or has done so for long.</summary>
    private bool MayTake(int shard, CrewView view) => !view.Held.TryGetValue(shard, out var heldFor) || heldFor > PatienceTime();

    private TimeSpan PatienceTime() =>
        _crew.BeatInterval + TimeSpan.FromSeconds(_scoredCount == 0 ? 0 : StragglingFactor * _shardSecondsSum / _scoredCount);

    private void SetAside(int shardIndex, IReadOnlyList<string> sessions, CancellationToken cancellationToken)
    {
        var shard = _plan.Shards[shardIndex];
        Await(_directory.PutPoisonedAsync(new PoisonedShard(shardIndex, shard.Uri, shard.RowStart, shard.RowCount, sessions), cancellationToken));
        MarkDone(shardIndex);
    }

    private bool IsDone(int shard, CancellationToken cancellationToken)
    {
        if (!_done[shard])
            ListBlock(shard / RunDirectory.BlockShards, ListingAgeMax, cancellationToken);
        return _done[shard];
    }

    private void ListBlocks(TimeSpan ageMax, CancellationToken cancellationToken)
    {
        for (var block = 0; block < _blockLeftCounts.Length; block++)
        {
            if (_blockLeftCounts[block] > 0)
                ListBlock(block, ageMax, cancellationToken);
        }
    }

    private void ListBlock(int block, TimeSpan ageMax, CancellationToken cancellationToken)
    {
        if (_time.GetElapsedTime(_listedAt[block]) < ageMax)
            return;

        foreach (var shard in _directory.ListPartsAsync(block, cancellationToken).ToBlockingEnumerable(cancellationToken))
            MarkDone(shard);
        _listedAt[block] = _time.GetTimestamp();
    }

    private void MarkDone(int shard)
    {
        if (shard >= _done.Length || _done[shard])
            return;

        _done[shard] = true;
        _leftCounts[WorkerOf(shard)]--;
        _blockLeftCounts[shard / RunDirectory.BlockShards]--;
    }

    /// <summary>First shard of a worker's share: shares differ by one shard at most.</summary>
    private int StartOf(int worker) => (int)((long)worker * _plan.Shards.Length / _place.Count);

    private int WorkerOf(int shard)
    {
        var worker = (int)((long)shard * _place.Count / _plan.Shards.Length);
        while (StartOf(worker + 1) <= shard)
            worker++;
        while (StartOf(worker) > shard)
            worker--;
        return worker;
    }

    private static T Await<T>(Task<T> task) => task.GetAwaiter().GetResult();

    private static void Await(Task task) => task.GetAwaiter().GetResult();

    /// <param name="Held">Shards that living others score → for how long.</param>
    /// <param name="Deaths">Shards that dead sessions scored → those sessions.</param>
    private sealed record CrewView(Dictionary<int, TimeSpan> Held, Dictionary<int, ImmutableArray<string>> Deaths);
}
