namespace MirroredInfluence.Engine;

/// <summary>Dedicated threads for blocking native work, one a lane.</summary>
internal static class LaneThreads
{
    /// <summary>Runs the body on each thread and waits for all of them. The first failure cancels the others and is thrown.</summary>
    /// <param name="body">
    /// Gets the thread's 0-based index and a token that is cancelled with the caller's or by another thread's failure.
    /// </param>
    public static async Task RunAsync(int threadCount, Action<int, CancellationToken> body, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var ends = new Task[threadCount];
        Exception? failure = null;
        for (var i = 0; i < threadCount; i++)
        {
            var (threadIndex, end) = (i, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            ends[i] = end.Task;
            new Thread(() => Run(threadIndex, end)) { IsBackground = true, Name = $"lane-{threadIndex}" }.Start();
        }

        await Task.WhenAll(ends);
        if (failure is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);

        void Run(int threadIndex, TaskCompletionSource end)
        {
            try
            {
                body(threadIndex, stop.Token);
            }
            catch (Exception exception)
            {
                // A thread that was cancelled because another failed must not hide that failure: the first one in wins.
                Interlocked.CompareExchange(ref failure, exception, null);
                stop.Cancel();
            }

            end.SetResult();
        }
    }
}
