using System.Diagnostics;
using MirroredInfluence.Client;

namespace MirroredInfluence.Cluster.Tests;

/// <summary>A silo that is asked to end while its lane scores.</summary>
public sealed class DrainTests(Bench bench)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2), GracePeriod = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ASiloThatIsAskedToEnd_LeavesWhatItHasToOthersAtOnce(bool isCoordinator)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        var spec = bench.Spec(shardRows: 500);
        var expected = await bench.RunAloneAsync(spec);
        await using var cluster = await SiloCluster.StartAsync(bench, 3, patience.Token);
        await using var client = await cluster.ConnectAsync(patience.Token);
        var folder = new RunFolder(bench.File(bench.NewName("run")), Bench.ShardCountOf(spec));
        var run = await client.SubmitAsync(spec, new RunOptions { Directory = folder.Path }, patience.Token);
        await folder.ReachAsync(folder.ShardCount / 4, patience.Token);
        var coordinator = cluster.CoordinatorOf(folder.Path);
        var leaving = isCoordinator ? coordinator : cluster.Silos.First(silo => silo != coordinator);
        while (InHand() is null)
            await Task.Delay(1, patience.Token);

        var (clock, askedAt) = (Stopwatch.StartNew(), DateTime.UtcNow);
        leaving.Terminate();
        var code = await leaving.EndAsync(patience.Token);
        var took = clock.Elapsed;
        await run.ResultAsync(patience.Token);
        await Bench.AssertSameAsync(expected, folder.Path, "a run that a silo left");
        Assert.True(code == 0, $"Ended with {code}:\n{string.Join('\n', leaving.Said)}");
        Assert.InRange(took, TimeSpan.Zero, GracePeriod / 2);

        var events = cluster.EventsOf(folder.Path);
        var left = events.Where(item => item.Silo == leaving.Name && item.Kind == SiloEventKind.Taken).Select(item => item.ShardIndex)
            .Except(events.Where(item => item.Silo == leaving.Name && item.Kind == SiloEventKind.Committed).Select(item => item.ShardIndex)).ToArray();
        var waits = left.Select(shard => events.First(item => item.Silo != leaving.Name && item.Kind == SiloEventKind.Taken && item.ShardIndex == shard).At - askedAt).ToArray();
        TestContext.Current.SendDiagnosticMessage(FormattableString.Invariant(
            $"{(isCoordinator ? "the coordinator's silo" : "another silo")} left in {took.TotalSeconds:F1} s, its shard was taken by another after {string.Join(", ", waits.Select(wait => $"{wait.TotalSeconds:F1}"))} s"));

        // A coordinator that moves has its lanes wait: they may have nothing in hand. Another silo may have committed its shard just before it was asked.
        Assert.InRange(waits.Length, 0, 1);
        if (!isCoordinator)
            Assert.All(waits, wait => Assert.InRange(wait, TimeSpan.Zero, SiloCluster.Silence));

        SiloEvent? InHand() => leaving.Events.LastOrDefault(item => item.Run == folder.Path) is { Kind: SiloEventKind.Taken } last && !folder.HasPart(last.ShardIndex) ? last : null;
    }
}
