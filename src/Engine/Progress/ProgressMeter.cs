namespace MirroredInfluence.Engine;

/// <summary>Counts the units of one phase on many threads and reports them from a timer until it is disposed.</summary>
internal sealed class ProgressMeter : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly TimeProvider _time;
    private readonly IProgress<RunProgress>? _progress;
    private readonly RunPhase _phase;
    private readonly long _totalCount;
    private readonly long _doneBefore;
    private readonly long _startTimestamp;
    private readonly ITimer? _timer;
    private readonly Lock _reporting = new();   // one report at a time, none after the last
    private bool _isDone;
    private long _doneHere;
    private long _unscorable;

    /// <param name="doneBefore">Units that earlier sessions of the run did.</param>
    public ProgressMeter(
        TimeProvider time, IProgress<RunProgress>? progress, RunPhase phase, long totalCount, long doneBefore = 0, long unscorableBefore = 0)
    {
        (_time, _progress, _phase) = (time, progress, phase);
        (_totalCount, _doneBefore, _unscorable) = (totalCount, doneBefore, unscorableBefore);
        _startTimestamp = time.GetTimestamp();
        Report();
        if (progress is not null)
            _timer = time.CreateTimer(_ => Report(), null, Interval, Interval);
    }

    public void Add(long doneCount) => Interlocked.Add(ref _doneHere, doneCount);

    /// <returns>Unscorable rows of the run so far.</returns>
    public long AddUnscorable(long rowCount) => Interlocked.Add(ref _unscorable, rowCount);

    public void Notice(string notice) => Report(notice);

    /// <summary>Reports the end of the phase.</summary>
    public void Dispose()
    {
        _timer?.Dispose();
        Report(isLast: true);
    }

    private void Report(string? notice = null, bool isLast = false)
    {
        lock (_reporting)
        {
            if (!_isDone)
                _progress?.Report(Snapshot() with { Notice = notice });
            _isDone |= isLast;
        }
    }

    private RunProgress Snapshot()
    {
        var doneHere = Interlocked.Read(ref _doneHere);
        var done = _doneBefore + doneHere;
        var elapsed = _time.GetElapsedTime(_startTimestamp);
        var perSecond = elapsed > TimeSpan.Zero ? doneHere / elapsed.TotalSeconds : 0;
        return new RunProgress
        {
            Phase = _phase,
            DoneCount = done,
            TotalCount = _totalCount,
            PerSecond = perSecond,
            Remaining = perSecond > 0 ? TimeSpan.FromSeconds((_totalCount - done) / perSecond) : null,
            UnscorableRowCount = Interlocked.Read(ref _unscorable),
        };
    }
}
