namespace MirroredInfluence.Grains;

/// <summary>
/// The lanes of a silo, shared by runs in proportion to their priorities (stride scheduling, Waldspurger and Weihl 1995): a free lane goes to the waiting run that has
/// had the least lane time a unit of priority, so that none starves. A run that comes later begins where the others are.
/// </summary>
internal sealed class LaneSlots(int count, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, double> _passes = new(StringComparer.Ordinal);      // seconds of lane time / priority, by run
    private readonly List<Waiter> _waiters = [];
    private int _freeCount = count;

    internal int WaiterCount
    {
        get
        {
            lock (_lock)
                return _waiters.Count;
        }
    }

    /// <summary>Waits for a lane; called on a lane's thread. Disposing it gives the lane back.</summary>
    public IDisposable Enter(string run, int priority, CancellationToken cancellationToken)
    {
        var waiter = new Waiter(run);
        lock (_lock)
        {
            if (!_passes.ContainsKey(run))
                _passes[run] = _passes.Count == 0 ? 0 : _passes.Values.Min();
            _waiters.Add(waiter);
            Grant();
        }

        try
        {
            waiter.Granted.Wait(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            lock (_lock)
            {
                if (!_waiters.Remove(waiter))
                    Free();
            }

            throw;
        }

        return new Slot(this, run, priority, time.GetTimestamp());
    }

    /// <summary>Forgets a run that has ended here.</summary>
    public void Forget(string run)
    {
        lock (_lock)
            _passes.Remove(run);
    }

    private void Exit(string run, double passed)
    {
        lock (_lock)
        {
            if (_passes.TryGetValue(run, out var pass))
                _passes[run] = pass + passed;
            Free();
        }
    }

    private void Free()
    {
        _freeCount++;
        Grant();
    }

    private void Grant()
    {
        while (_freeCount > 0 && _waiters.Count > 0)
        {
            var first = _waiters.MinBy(waiter => _passes.GetValueOrDefault(waiter.Run))!;
            _waiters.Remove(first);
            _freeCount--;
            first.Granted.Set();
        }
    }

    private sealed record Waiter(string Run)
    {
        public ManualResetEventSlim Granted { get; } = new();
    }

    private sealed class Slot(LaneSlots slots, string run, int priority, long since) : IDisposable
    {
        private int _isFree;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isFree, 1) == 0)
                slots.Exit(run, slots.ElapsedSeconds(since) / priority);
        }
    }

    private double ElapsedSeconds(long since) => time.GetElapsedTime(since).TotalSeconds;
}
