using Microsoft.Extensions.DependencyInjection;
using MirroredInfluence.Client.Embedded;
using MirroredInfluence.Engine.Tests;
using MirroredInfluence.Report;

namespace MirroredInfluence.Client.Tests;

/// <summary>With the engine.</summary>
public sealed class EmbeddedRunTests : IAsyncLifetime
{
    private readonly Workbench _bench = new();
    private readonly EmbeddedClient _client = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        _bench.Dispose();
    }

    [Fact]
    public async Task Result_HasTheEnginesBytes_AndReadsBackAsTheEnginesResult()
    {
        var spec = _bench.Spec(train: new Images { NullRows = [7], HasTextIds = true });
        spec = spec with { Train = spec.Train with { Group = "source" }, Score = spec.Score with { MaxUnscorable = 0.1 } };
        var expected = await _bench.RunAsync(spec, "engine");
        var result = await (await SubmitAsync(spec)).ResultAsync(Token);

        Assert.Equal(Bytes(stream => ResultWriter.WriteJson(stream, expected)), result.Json.ToArray());
        Assert.Equal(Bytes(stream => ResultWriter.WriteArrow(stream, expected)), await File.ReadAllBytesAsync(_bench.File("run/result.arrow"), Token));
        Assert.True(File.Exists(_bench.File("run/report.html")));

        Assert.Equal((expected.Run, expected.Estimator, expected.Rank, 100, 99), (result.Run, result.Estimator, result.Rank, result.ExpectedRows, result.ScoredRows));
        Assert.Equal(expected.Unscorable.CountsByReason, result.UnscorableRows);
        Assert.Equal(expected.Queries.Select(query => (query.Query.Name, query.Mean, query.Deviation)), result.Queries.Select(query => (query.Name, query.Mean, query.Deviation)));
        Assert.Equal(expected.Queries.SelectMany(query => query.Groups), result.Queries.SelectMany(query => query.Groups));
        Assert.Equal(
            expected.Queries.SelectMany(query => query.Top).Select(row => (row.Rank, row.File.Uri, row.Row, row.Id, row.Influence, row.LossDifference, row.BaseLoss, row.ZScore)),
            result.Queries.SelectMany(query => query.Top).Select(row => (row.Rank, row.Shard, row.Row, row.Id, row.Influence, row.LossDifference, row.BaseLoss, row.ZScore)));
    }

    [Fact]
    public async Task Watching_GoesThroughTheStatesInOrder_AndEndsWithFinished()
    {
        var run = await SubmitAsync(_bench.Spec(train: new Images { NaNRows = [7] }) with { Score = new ScoreSpec { MiniBatchRows = 8, MaxUnscorable = 0.1 } });
        var statuses = await run.WatchAsync(Token).ToListAsync(Token);

        Assert.Equal(statuses.Select(status => status.State).Order(), statuses.Select(status => status.State));
        Assert.Equal((RunState.Finished, 100, 100, 1), (statuses[^1].State, statuses[^1].DoneCount, statuses[^1].TotalCount, statuses[^1].UnscorableRowCount));
        Assert.Equal(statuses[^1], await run.StatusAsync(Token));
        Assert.All(statuses, status => Assert.Equal(_bench.File("run"), status.Directory));
    }

    [Fact]
    public async Task WhatWasFoundSoFar_IsReadBeforeTheEnd()
    {
        var spec = _bench.Spec() with { Compute = new ComputeSpec { ShardRows = 8, Cache = "none" } };
        var expected = await _bench.RunAsync(spec);
        foreach (var part in Directory.GetFiles(_bench.File("run/parts")).Order().Skip(3))
            File.Delete(part);
        var run = await _client.SubmitAsync(spec, new RunOptions { Directory = _bench.File("run"), Priority = 0 }, Token);
        var soFar = (await run.ResultSoFarAsync(Token))!;
        Assert.Equal((expected.Run, 24L, 24L), (soFar.Run, soFar.ExpectedRows, soFar.ScoredRows));
        Assert.All(soFar.Queries.SelectMany(query => query.Top), row => Assert.InRange(row.Row, 0, 23));

        await run.SetPriorityAsync(10, Token);
        var result = await run.ResultAsync(Token);
        Assert.Equal(result.Json.ToArray(), (await run.ResultSoFarAsync(Token))!.Json.ToArray());

        var waiting = await _client.SubmitAsync(spec, new RunOptions { Directory = _bench.File("other"), Priority = 0 }, Token);
        Assert.Null(await waiting.ResultSoFarAsync(Token));
    }

    [Fact]
    public async Task TwoRunsAtOnce_HaveTheResultsOfEachAlone()
    {
        await using var client = new EmbeddedClient(new EmbeddedOptions { RunsAtOnce = 2 });
        var spec = _bench.Spec();
        RunSpec[] specs = [spec, spec with { Score = spec.Score with { Rank = RankOrder.Opponents } }];
        var runs = await Task.WhenAll(specs.Select((one, index) => client.SubmitAsync(one, new RunOptions { Directory = _bench.File($"run-{index}") }, Token)));
        for (var index = 0; index < specs.Length; index++)
        {
            var alone = await _bench.RunAsync(specs[index], $"alone-{index}");
            Assert.Equal(Bytes(stream => ResultWriter.WriteJson(stream, alone)), (await runs[index].ResultAsync(Token)).Json.ToArray());
        }
    }

    [Fact]
    public async Task RunThatWaitsForAStore_IsCancelled_AndGoesOnWhenSubmittedAgain()
    {
        var asked = new TaskCompletionSource();
        using var server = LoopbackServer.Start(async _ =>
        {
            asked.TrySetResult();
            await Task.Delay(Timeout.Infinite, Token);
            return null;
        });
        var spec = _bench.Spec();
        var run = await SubmitAsync(spec with { Train = spec.Train with { Shards = [$"{server.Address}train.arrow"] } });
        await asked.Task;
        await run.CancelAsync(Token);

        Assert.Equal(RunState.Cancelled, (await run.StatusAsync(Token)).State);
        var failure = await Assert.ThrowsAsync<MirroredException>(() => run.ResultAsync(Token));
        Assert.Equal((FailureKind.Invalid, $"{_bench.File("run")}: the run was cancelled. Submit it again: it goes on from what is computed."), (failure.Kind, failure.Message));

        Assert.Equal(100, (await (await SubmitAsync(spec)).ResultAsync(Token)).ScoredRows);
    }

    [Fact]
    public async Task DirectoryOfAnotherRun_IsRefused()
    {
        var spec = _bench.Spec();
        await _bench.RunAsync(spec);
        await AssertFailsAsync(spec with { Seed = 1 }, FailureKind.Invalid, "found another run: spec.seed: 0, here 1");
    }

    [Fact]
    public Task SpecThatIsBuiltWrong_IsRefusedByItsField() =>
        AssertFailsAsync(_bench.Spec() with { Score = new ScoreSpec { TopK = -1 } }, FailureKind.Invalid, "score.topK: found -1");

    [Fact]
    public async Task PictureThatIsNoColumn_IsRefusedBeforeAnythingIsComputed()
    {
        await AssertFailsAsync(_bench.Spec() with { Report = new ReportSpec { Picture = "pixels" } }, FailureKind.Invalid, "report.picture");
        Assert.False(File.Exists(_bench.File("run/run.json")));
    }

    [Fact]
    public async Task DamagedData_FailTheRunAsData()
    {
        var spec = _bench.Spec();
        await File.WriteAllBytesAsync(_bench.File("train.arrow"), new byte[1000], Token);
        await AssertFailsAsync(spec, FailureKind.Data, "train.arrow");
    }

    [Fact]
    public async Task FolderThatHoldsOtherThings_IsRefusedAtOnce()
    {
        var spec = _bench.Spec();
        var failure = await Assert.ThrowsAsync<MirroredException>(() => SubmitAsync(spec, "."));
        Assert.Equal(FailureKind.Invalid, failure.Kind);
        Assert.Contains("holds other files", failure.Message, StringComparison.Ordinal);
        failure = await Assert.ThrowsAsync<MirroredException>(() => SubmitAsync(spec, "train.arrow"));
        Assert.Contains("is a file; expected a folder", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunWhoseDirectoryWasDeleted_IsComputedAgain()
    {
        var spec = _bench.Spec();
        var first = await (await SubmitAsync(spec)).ResultAsync(Token);
        Directory.Delete(_bench.File("run"), recursive: true);
        var gone = await Assert.ThrowsAsync<MirroredException>(() => _client.Run(_bench.File("run")).ResultAsync(Token));
        Assert.Equal(FailureKind.Unavailable, gone.Kind);
        Assert.Equal(first.Json.ToArray(), (await (await SubmitAsync(spec)).ResultAsync(Token)).Json.ToArray());
    }

    [Fact]
    public async Task AProgramsServices_HaveOneClient()
    {
        await using var provider = new ServiceCollection().AddEmbeddedMirroredClient().AddEmbeddedMirroredClient(new EmbeddedOptions { RunsAtOnce = 2 }).BuildServiceProvider();
        var client = Assert.Single(provider.GetServices<IMirroredClient>());
        var run = await client.SubmitAsync(_bench.Spec(), new RunOptions { Directory = _bench.File("run") }, Token);
        Assert.Equal(100, (await run.ResultAsync(Token)).ExpectedRows);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static byte[] Bytes(Action<Stream> write)
    {
        using var stream = new MemoryStream();
        write(stream);
        return stream.ToArray();
    }

    private Task<IRun> SubmitAsync(RunSpec spec, string directory = "run") => _client.SubmitAsync(spec, new RunOptions { Directory = _bench.File(directory) }, Token);

    private async Task AssertFailsAsync(RunSpec spec, FailureKind kind, string message)
    {
        var run = await SubmitAsync(spec);
        var failure = await Assert.ThrowsAsync<MirroredException>(() => run.ResultAsync(Token));
        Assert.Equal(kind, failure.Kind);
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
        var status = await run.StatusAsync(Token);
        Assert.Equal((RunState.Failed, kind, failure.Message), (status.State, status.Failure!.Kind, status.Failure.Message));
    }
}
