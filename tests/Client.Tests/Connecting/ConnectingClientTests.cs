using MirroredInfluence.Client.Embedded;
using MirroredInfluence.Engine.Tests;

namespace MirroredInfluence.Client.Tests;

/// <summary>With an embedded client in place of a cluster's.</summary>
public sealed class ConnectingClientTests : IDisposable
{
    private readonly Workbench _bench = new();
    private int _connectCount;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task ConnectsAtTheFirstCall_OnceForAll()
    {
        await using var client = Client(failureCount: 0);
        var run = client.Run(_bench.File("there"));
        Assert.Equal((0, _bench.File("there")), (_connectCount, run.Directory));

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => client.ListAsync(Cancel)));
        await client.SubmitAsync(_bench.Spec(), new RunOptions { Directory = _bench.File("there") }, Cancel);
        await run.SetPriorityAsync(50, Cancel);
        Assert.Equal(100, (await run.ResultAsync(Cancel)).ScoredRows);
        Assert.Equal((RunState.Finished, 50), ((await run.StatusAsync(Cancel)).State, (await run.StatusAsync(Cancel)).Priority));
        Assert.Equal(RunState.Finished, (await run.WatchAsync(Cancel).LastAsync(Cancel)).State);
        await run.CancelAsync(Cancel);
        Assert.Equal(1, _connectCount);
    }

    [Fact]
    public async Task WhatFails_IsTriedAgainAtTheNextCall()
    {
        await using var client = Client(failureCount: 2);
        for (var i = 0; i < 2; i++)
            Assert.Equal(FailureKind.Unavailable, (await Assert.ThrowsAsync<MirroredException>(() => client.ListAsync(Cancel))).Kind);
        Assert.Empty(await client.ListAsync(Cancel));
        Assert.Equal(3, _connectCount);
    }

    [Fact]
    public async Task WhoWaitsForAConnection_CanLeave()
    {
        var connecting = new TaskCompletionSource<IMirroredClient>();
        await using var client = new ConnectingClient(_ => connecting.Task);
        var first = client.ListAsync(Cancel);
        using var leaving = new CancellationTokenSource();
        var second = client.ListAsync(leaving.Token);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);

        connecting.SetResult(new EmbeddedClient());
        Assert.Empty(await first);
    }

    [Fact]
    public async Task DisposedClient_IsDisconnected_AndConnectsNoMore()
    {
        var inner = new EmbeddedClient();
        var client = new ConnectingClient(_ => Task.FromResult<IMirroredClient>(inner));
        await client.ListAsync(Cancel);
        await client.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.ListAsync(Cancel));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => inner.SubmitAsync(_bench.Spec(), new RunOptions { Directory = _bench.File("late") }, Cancel));
    }

    private ConnectingClient Client(int failureCount) => new(_ => ++_connectCount > failureCount
        ? Task.FromResult<IMirroredClient>(new EmbeddedClient())
        : Task.FromException<IMirroredClient>(Failure.Unavailable("nobody is there")));
}
