using System.Text.RegularExpressions;
using MirroredInfluence.Client;
using MirroredInfluence.Engine.Tests;

namespace MirroredInfluence.Grains.Tests.Clients;

public sealed class MirroredClientTests : IDisposable
{
    private readonly Workbench _bench = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task ARunIsSubmittedWatchedAndRead()
    {
        var spec = _bench.Spec();
        var expected = await _bench.RunAsync(spec, "here");
        await using var cluster = await TestCluster.StartAsync(_bench, 2);
        await using var client = new MirroredClient(cluster.Client);
        var run = await client.SubmitAsync(spec, Options("there"), Cancel);
        Assert.Equal(Path.GetFullPath("none"), client.Run("none/").Directory);

        var states = new List<RunState>();
        await foreach (var status in run.WatchAsync(Cancel))
            states.Add(status.State);
        Assert.Equal(RunState.Finished, states[^1]);
        Assert.Equal(states.Order(), states);

        var result = await run.ResultAsync(Cancel);
        Assert.Equal((expected.Run, expected.ScoredRows), (result.Run, result.ScoredRows));
        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(_bench.File("there"), "result.json"), Cancel), result.Json.ToArray());

        var listed = Assert.Single(await client.ListAsync(Cancel));
        Assert.Equal((run.Directory, RunState.Finished), (listed.Directory, listed.State));
    }

    [Fact]
    public async Task AFailureKeepsItsKindAndMessage_AndNamesTheSilo()
    {
        var spec = _bench.Spec();
        spec = spec with { Train = spec.Train with { Id = "none" } };
        var expected = await _bench.RefusalOf(spec, FailureKind.Invalid);
        await using var cluster = await TestCluster.StartAsync(_bench, 1);
        await using var client = new MirroredClient(cluster.Client);
        var run = await client.SubmitAsync(spec, Options("there"), Cancel);
        var failure = await Assert.ThrowsAsync<MirroredException>(() => run.ResultAsync(Cancel));
        Assert.Equal(FailureKind.Invalid, failure.Kind);
        Assert.Matches($@"^{Regex.Escape(expected)} \(silo 127\.0\.0\.1:\d+\)$", failure.Message);
        var status = Assert.Single(await client.ListAsync(Cancel));
        Assert.Equal((RunState.Failed, 0L, 0L), (status.State, status.DoneCount, status.TotalCount));
    }

    [Fact]
    public async Task ACancelledRun_KeepsItsPartsAndGoesOnWhenItIsSubmittedAgain()
    {
        var spec = _bench.Spec(train: new Images { RowCount = 4000 }) with { Compute = new ComputeSpec { Lanes = 1, ShardRows = 8, Cache = "none" } };
        await using var cluster = await TestCluster.StartAsync(_bench, 1);
        await using var client = new MirroredClient(cluster.Client);
        var run = await client.SubmitAsync(spec, Options("there"), Cancel);
        await foreach (var status in run.WatchAsync(Cancel))
        {
            if (status is { State: RunState.Scoring, DoneCount: > 200 })
                await run.CancelAsync(Cancel);
        }

        Assert.Equal(RunState.Cancelled, (await run.StatusAsync(Cancel)).State);
        Assert.Equal(FailureKind.Invalid, (await Assert.ThrowsAsync<MirroredException>(() => run.ResultAsync(Cancel))).Kind);
        var again = await client.SubmitAsync(spec, Options("there"), Cancel);
        Assert.Equal(4000, (await again.ResultAsync(Cancel)).ScoredRows);
    }

    [Fact]
    public async Task WhatWasFoundSoFar_IsReadWhileTheRunGoesOn()
    {
        var spec = _bench.Spec(train: new Images { RowCount = 4000 }) with { Compute = new ComputeSpec { Lanes = 1, ShardRows = 8, Cache = "none" }, Score = new ScoreSpec { TopK = 4000 } };
        await using var cluster = await TestCluster.StartAsync(_bench, 2);
        await using var client = new MirroredClient(cluster.Client);
        var run = await client.SubmitAsync(spec, Options("there") with { Priority = 0 }, Cancel);
        Assert.Null(await run.ResultSoFarAsync(Cancel));
        await run.SetPriorityAsync(10, Cancel);
        await foreach (var status in run.WatchAsync(Cancel))
        {
            if (status is { State: RunState.Scoring, DoneCount: > 200 })
                break;
        }

        await run.SetPriorityAsync(0, Cancel);
        await client.SubmitAsync(spec, Options("there"), Cancel);
        Assert.Equal(0, (await run.StatusAsync(Cancel)).Priority);
        var before = (await run.ResultSoFarAsync(Cancel))!;
        Assert.InRange(before.ScoredRows, 200, 3999);
        await run.SetPriorityAsync(10, Cancel);
        var result = await run.ResultAsync(Cancel);
        Assert.Equal(result.Json.ToArray(), (await run.ResultSoFarAsync(Cancel))!.Json.ToArray());
        var known = result.Queries.Select(query => query.Top.ToDictionary(row => row.Row, row => row.Influence)).ToArray();
        Assert.All(before.Queries.Zip(known), pair => Assert.All(pair.First.Top, row => Assert.Equal(pair.Second[row.Row], row.Influence)));
    }

    [Fact]
    public async Task AClusterThatIsNotThere_IsUnavailable()
    {
        var failure = await Assert.ThrowsAsync<MirroredException>(() => MirroredClient.ConnectAsync(new ClusterAddress { Gateways = ["127.0.0.1:1"] }, cancellationToken: Cancel));
        Assert.Equal(FailureKind.Unavailable, failure.Kind);
        Assert.StartsWith("127.0.0.1:1: no silo answers: ", failure.Message, StringComparison.Ordinal);
    }

    private RunOptions Options(string name) => new() { Directory = _bench.File(name) };
}
