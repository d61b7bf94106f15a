using System.Collections;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Engine;

/// <summary>
/// Which shard a worker scores next (docs/decisions/0009). Its own share in order; then what others have left, from the worker with the most left and
/// from the end of its share, which its owner reaches last; then what a straggler holds; last, alone, what a worker died at. Knows at most one
/// listing's age too late what is committed: a shard that is scored twice changes nothing.
/// </summary>
internal sealed class ShardShare
{
    private const double StragglingFactor = 2;

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
    private readonly long[] _listedAt;         // shape [blocks], timestamps; 0 before the first
    private readonly HashSet<int> _inHand = [];
    private int _ownNext;
    private double _shardSecondsSum;
    private int _scoredCount;
    private bool _isAlone;

    public ShardShare(RunPlan plan, RunDirectory directory, Crew crew, WorkerPlace place, TimeProvider time)
    {
        (_plan, _directory, _crew, _place, _time) = (plan, directory, crew, place, time);
        _done = new BitArray(plan.Shards.Length);
        _taken = new BitArray(plan.Shards.Length);
        _leftCounts = [.. Enumerable.Range(0, place.Count).Select(worker => StartOf(worker + 1) - StartOf(worker))];
        _tails = [.. Enumerable.Range(0, place.Count).Select(worker => StartOf(worker + 1))];
        _listedAt = new long[1 + (plan.Shards.Length / RunDirectory.BlockShards)];
        _ownNext = StartOf(place.Index);
    }

    /// <summary>The next shard, held by this worker now; null when none is left anywhere. Waits while others hold all that is left. Called on a lane's thread.</summary>
    public Shard? Take(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            lock (_lock)
            {
                if (Choose(cancellationToken) is { } index)
                {
                    _taken[index] = true;
                    _inHand.Add(index);
                    _crew.HoldAsync(index, cancellationToken).GetAwaiter().GetResult();
                    return _plan.Shards[index];
                }

                if (_leftCounts.Sum() == 0)
                    return null;
            }

            cancellationToken.WaitHandle.WaitOne(_crew.BeatInterval / 10);
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

    private int? Choose(CancellationToken cancellationToken)
    {
        if (_isAlone)
            return null;

        var deaths = _crew.Deaths();
        var held = _crew.HeldByOthers();
        for (; _ownNext < StartOf(_place.Index + 1); _ownNext++)
        {
            if (IsFree(_ownNext) && !IsDone(_ownNext, cancellationToken))
                return _ownNext++;
        }

        foreach (var worker in Enumerable.Range(1, _place.Count).Select(step => (_place.Index + step) % _place.Count).OrderByDescending(worker => _leftCounts[worker]))
        {
            while (_tails[worker] > StartOf(worker) && IsDone(_tails[worker] - 1, cancellationToken))
                _tails[worker]--;
            for (var shard = _tails[worker] - 1; shard >= StartOf(worker); shard--)
            {
                if (IsFree(shard) && !IsDone(shard, cancellationToken))
                    return shard;
            }
        }

        return Straggling() ?? Suspect();

        bool IsFree(int shard) => !_done[shard] && !_taken[shard] && !held.ContainsKey(shard) && !deaths.ContainsKey(shard);

        int? Straggling() => held
            .Where(pair => !_taken[pair.Key] && !deaths.ContainsKey(pair.Key) && pair.Value > PatienceTime() && !IsDone(pair.Key, cancellationToken))
            .OrderByDescending(pair => pair.Value).Select(pair => (int?)pair.Key).FirstOrDefault();

        int? Suspect()
        {
            foreach (var (shard, sessions) in deaths.OrderBy(pair => pair.Key))
            {
                if (_taken[shard] || held.ContainsKey(shard) || shard >= _done.Length || IsDone(shard, cancellationToken))
                    continue;

                if (sessions.Length >= BatchWorker.DeathsMax)
                {
                    SetAside(shard, sessions, cancellationToken);
                }
                else if (_inHand.Count == 0)
                {
                    // With nothing beside it, a death is its own.
                    _isAlone = true;
                    return shard;
                }
            }

            return null;
        }
    }

    /// <summary>How long another may hold a shard before this worker scores it as well.</summary>
    private TimeSpan PatienceTime() =>
        _crew.BeatInterval + TimeSpan.FromSeconds(_scoredCount == 0 ? 0 : StragglingFactor * _shardSecondsSum / _scoredCount);

    private void SetAside(int shardIndex, IReadOnlyList<string> sessions, CancellationToken cancellationToken)
    {
        var shard = _plan.Shards[shardIndex];
        _directory.PutPoisonedAsync(new PoisonedShard(shardIndex, shard.Uri, shard.RowStart, shard.RowCount, sessions), cancellationToken).GetAwaiter().GetResult();
        MarkDone(shardIndex);
    }

    private bool IsDone(int shard, CancellationToken cancellationToken)
    {
        if (!_done[shard])
            ListBlock(shard / RunDirectory.BlockShards, cancellationToken);
        return _done[shard];
    }

    private void ListBlock(int block, CancellationToken cancellationToken)
    {
        if (_listedAt[block] != 0 && _time.GetElapsedTime(_listedAt[block]) < _crew.BeatInterval / 5)
            return;

        foreach (var shard in _directory.ListPartsAsync(block, cancellationToken).ToBlockingEnumerable(cancellationToken))
        {
            if (shard < _done.Length)
                MarkDone(shard);
        }

        _listedAt[block] = _time.GetTimestamp();
    }

    private void MarkDone(int shard)
    {
        if (_done[shard])
            return;

        _done[shard] = true;
        _leftCounts[WorkerOf(shard)]--;
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
}
