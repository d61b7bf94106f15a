namespace MirroredInfluence.Grains.Tests.Lanes;

public sealed class LaneSlotsTests
{
    private readonly SetTime _time = new();

    /// <summary>Each waits again as soon as it has had a lane for a second.</summary>
    [Theory]
    [InlineData(10, 10, 50)]
    [InlineData(10, 30, 75)]
    [InlineData(1, 99, 99)]
    public async Task LaneTime_IsSharedByPriority(int first, int second, int secondCount)
    {
        var slots = new LaneSlots(1, _time);
        var held = slots.Enter("held", 1, Cancel);
        var waiting = new Dictionary<string, Task<IDisposable>> { ["first"] = Enter("first", first), ["second"] = Enter("second", second) };
        var counts = new Dictionary<string, int> { ["first"] = 0, ["second"] = 0 };
        await WaitersAsync(2);
        slots.Forget("held");
        held.Dispose();
        for (var turn = 0; turn < 100; turn++)
        {
            var granted = await Task.WhenAny(waiting.Values);
            var run = waiting.Single(pair => pair.Value == granted).Key;
            counts[run]++;
            _time.Pass(TimeSpan.FromSeconds(1));
            var slot = await granted;
            waiting[run] = Enter(run, run == "first" ? first : second);
            await WaitersAsync(2);
            slot.Dispose();
        }

        Assert.InRange(counts["second"], secondCount - 1, secondCount + 1);

        Task<IDisposable> Enter(string run, int priority) => Task.Factory.StartNew(() => slots.Enter(run, priority, Cancel), Cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        async Task WaitersAsync(int count)
        {
            while (slots.WaiterCount < count)
                await Task.Yield();
        }
    }

    [Fact]
    public async Task WhoGivesUpWaiting_TakesNoLane()
    {
        var slots = new LaneSlots(1, _time);
        var held = slots.Enter("a", 1, Cancel);
        using var stop = new CancellationTokenSource();
        var waiting = Task.Run(() => slots.Enter("b", 1, stop.Token), Cancel);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        held.Dispose();
        held.Dispose();
        slots.Enter("c", 1, Cancel).Dispose();
        slots.Enter("c", 1, Cancel);
        Assert.Equal(0, slots.WaiterCount);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
}
