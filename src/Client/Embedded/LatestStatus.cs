using System.Runtime.CompilerServices;

namespace MirroredInfluence.Client.Embedded;

/// <summary>The status of a run, for any number of watchers: none holds up the run nor another, and each sees the last one.</summary>
internal sealed class LatestStatus(RunStatus first)
{
    private readonly Lock _access = new();
    private RunStatus _status = first;
    private TaskCompletionSource _news = NewSignal();

    public RunStatus Current
    {
        get
        {
            lock (_access)
                return _status;
        }
    }

    /// <summary>Puts the next status. After an end there is none.</summary>
    public void Put(Func<RunStatus, RunStatus> next)
    {
        lock (_access)
        {
            var status = _status.HasEnded ? _status : next(_status);
            if (status == _status)
                return;
            _status = status;
            _news.SetResult();
            _news = NewSignal();
        }
    }

    public async IAsyncEnumerable<RunStatus> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var (status, news) = Read();
            yield return status;
            if (status.HasEnded)
                break;
            await news.WaitAsync(cancellationToken);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private (RunStatus Status, Task News) Read()
    {
        lock (_access)
            return (_status, _news.Task);
    }
}
