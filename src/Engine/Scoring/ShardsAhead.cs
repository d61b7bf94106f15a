namespace MirroredInfluence.Engine;

/// <summary>
/// Has the beginning of remote shards come while the ones before them are scored. Which shard is next is a guess, and a wrong one costs its download.
/// </summary>
internal sealed class ShardsAhead(RunPlan plan, BoundFiles files, int laneCount) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<int, Task> _asked = [];     // by shard; holds its file open
    private readonly Queue<int> _order = new();
    private int _last = -1;

    /// <summary>A lane begins with this shard. Lanes go through the plan in one direction, each a lane count further.</summary>
    public void Taken(Shard shard)
    {
        var before = Interlocked.Exchange(ref _last, shard.ShardIndex);
        Expect(shard.ShardIndex + (shard.ShardIndex > before ? laneCount : -laneCount));
    }

    /// <summary>A lane will probably take this shard soon.</summary>
    public void Expect(int next)
    {
        lock (_lock)
        {
            if (next < 0 || next >= plan.Shards.Length || _asked.ContainsKey(next) || !FileUri.IsRemote(plan.Shards[next].Uri))
                return;
            if (_order.Count == 2 * laneCount)
                LetGo(_order.Dequeue());
            _order.Enqueue(next);
            _asked.Add(next, Task.Run(() => Ask(plan.Shards[next])));
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            while (_order.TryDequeue(out var shard))
                LetGo(shard);
        }
    }

    private void Ask(Shard shard)
    {
        var file = files.Borrow(shard.FileIndex);
        try
        {
            file.File.Prefetch(file.Columns, shard.RowStart, shard.RowEnd);
        }
        catch
        {
            files.Return(shard.FileIndex);
            throw;
        }
    }

    /// <summary>What went wrong shows again when the shard is scored.</summary>
    private void LetGo(int shard)
    {
        _asked.Remove(shard, out var asked);
        Task.WhenAny(asked!).Wait();
        if (asked!.IsCompletedSuccessfully)
            files.Return(plan.Shards[shard].FileIndex);
    }
}
