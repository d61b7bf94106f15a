using MirroredInfluence.Client;

namespace MirroredInfluence.Cluster.Tests;

/// <summary>A silo that is cut off for a while: paused, declared dead by the others, and resumed.</summary>
public sealed class PauseTests(Bench bench)
{
    private const int UnavailableCode = 4;
    private const int WatcherCount = 4;   // of which some talk to the paused silo
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2), Poll = TimeSpan.FromMilliseconds(50);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TheCommitsOfALateSilo_ChangeNothing(bool isCoordinator)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        var spec = bench.Spec(shardRows: 20);   // short ones, so that the late silo commits one before it finds itself dead
        var expected = await bench.RunAloneAsync(spec);
        await using var cluster = await SiloCluster.StartAsync(bench, 3, patience.Token);
        var watchers = await Task.WhenAll(Enumerable.Range(0, WatcherCount).Select(_ => cluster.ConnectAsync(patience.Token)));
        var folder = new RunFolder(bench.File(bench.NewName("run")), Bench.ShardCountOf(spec));
        await watchers[0].SubmitAsync(spec, new RunOptions { Directory = folder.Path }, patience.Token);
        await folder.ReachAsync(folder.ShardCount / 4, patience.Token);
        var coordinator = cluster.CoordinatorOf(folder.Path);
        var late = isCoordinator ? coordinator : cluster.Silos.First(silo => silo != coordinator);
        while (!IsScoring())
            await Task.Delay(1, patience.Token);
        late.Pause();
        await Task.WhenAll(watchers.Select(watcher => watcher.Run(folder.Path).ResultAsync(patience.Token)));
        await Bench.AssertSameAsync(expected, folder.Path, "a run beside a paused silo");
        while (!await cluster.IsDeclaredDeadAsync(late))
            await Task.Delay(Poll, patience.Token);

        var finished = folder.Snapshot();
        var committedCount = CommittedCount();
        late.Resume();
        var code = await late.EndAsync(patience.Token);
        Assert.Equal(finished, folder.Snapshot());
        Assert.True(code == UnavailableCode, $"Ended with {code}:\n{string.Join('\n', late.Said)}");
        Assert.Single(late.Said, line => line.StartsWith("silo: the other silos count this one as dead", StringComparison.Ordinal));
        foreach (var watcher in watchers)
            await watcher.DisposeAsync();
        TestContext.Current.SendDiagnosticMessage($"{(isCoordinator ? "the coordinator's silo" : "another silo")} paused: {CommittedCount() - committedCount} late commits");

        bool IsScoring()
        {
            var last = late.Events.LastOrDefault(item => item.Run == folder.Path);
            return last is { Kind: SiloEventKind.Taken } && !folder.HasPart(last.ShardIndex);
        }

        int CommittedCount() => late.Events.Count(item => item.Kind == SiloEventKind.Committed);
    }
}
