namespace MirroredInfluence.Engine.Tests;

public sealed class LaneThreadsTests
{
    [Fact]
    public async Task FirstFailure_CancelsTheOthersAndIsThrown()
    {
        using var othersWait = new CountdownEvent(2);
        var exception = await Assert.ThrowsAsync<MirroredException>(() => LaneThreads.RunAsync(
            3,
            (index, stop) =>
            {
                if (index == 0)
                {
                    othersWait.Wait(CancellationToken.None);
                    throw Failure.Data("the first");
                }

                othersWait.Signal();
                stop.WaitHandle.WaitOne();
                stop.ThrowIfCancellationRequested();
            },
            TestContext.Current.CancellationToken));
        Assert.Equal("the first", exception.Message);
    }

    [Fact]
    public async Task Cancellation_EndsEveryThread()
    {
        using var cancel = new CancellationTokenSource();
        var ended = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => LaneThreads.RunAsync(
            2,
            (_, stop) =>
            {
                cancel.Cancel();
                stop.WaitHandle.WaitOne();
                Interlocked.Increment(ref ended);
                stop.ThrowIfCancellationRequested();
            },
            cancel.Token));
        Assert.Equal(2, ended);
    }

    [Fact]
    public async Task NoThreads_EndAtOnce() =>
        await LaneThreads.RunAsync(0, (_, _) => throw Failure.Internal("no thread was asked for"), TestContext.Current.CancellationToken);

    [Fact]
    public void WorkQueue_GivesEachItemOnce()
    {
        var queue = new WorkQueue<int>([.. Enumerable.Range(0, 1000)]);
        var taken = new System.Collections.Concurrent.ConcurrentBag<int>();
        Parallel.For(0, 4, _ =>
        {
            while (queue.TryTake(out var item))
                taken.Add(item);
        });
        Assert.Equal(Enumerable.Range(0, 1000), taken.Order());
    }
}
