using MirroredInfluence.Client.Embedded;
using MirroredInfluence.Engine;

namespace MirroredInfluence.Client.Tests;

/// <summary>With runs that are held.</summary>
public sealed class EmbeddedClientTests : IAsyncLifetime
{
    private static readonly RunSpec s_spec = new()
    {
        Model = new ModelSpec { Uri = "model.pt" },
        Train = new TrainSpec { Shards = ["train.arrow"] },
        Test = new TestSpec { Shards = ["test.arrow"] },
    };

    private readonly TemporaryFolder _folder = new();
    private readonly HeldRuns _runs = new();
    private readonly EmbeddedClient _client;

    public EmbeddedClientTests() => _client = new EmbeddedClient(_runs.RunAsync);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task RunsThatWait_BeginByPriorityAndThenByAge()
    {
        await SubmitAsync("first");
        await _runs["first"].Begun;
        IRun[] waiting = [await SubmitAsync("low", priority: 1), await SubmitAsync("high", priority: 50), await SubmitAsync("high-too", priority: 50)];
        Assert.All(waiting, run => Assert.Equal(RunState.Waiting, run.StatusAsync(Token).Result.State));

        foreach (var name in new[] { "first", "low", "high", "high-too" })
            _runs[name].End.SetResult(null);
        await Task.WhenAll(waiting.Select(run => run.ResultAsync(Token)));
        Assert.Equal(["first", "high", "high-too", "low"], _runs.Begun);
    }

    [Fact]
    public async Task AsManyAsTheOptionsSay_BeginAtOnce()
    {
        await using var client = new EmbeddedClient(_runs.RunAsync, new EmbeddedOptions { RunsAtOnce = 2 });
        foreach (var name in new[] { "a", "b", "c" })
            await client.SubmitAsync(s_spec, Options(name), Token);
        await Task.WhenAll(_runs["a"].Begun, _runs["b"].Begun);
        Assert.Equal(RunState.Waiting, (await client.Run(_folder.File("c")).StatusAsync(Token)).State);
        _runs["b"].End.SetResult(null);
        await _runs["c"].Begun;
        Assert.Equal(RunState.Planning, (await client.Run(_folder.File("a")).StatusAsync(Token)).State);
    }

    [Fact]
    public async Task RunThatWaits_IsCancelledWithoutBeginning()
    {
        await SubmitAsync("first");
        var second = await SubmitAsync("second");
        var third = await SubmitAsync("third");
        await second.CancelAsync(Token);
        Assert.Equal(RunState.Cancelled, (await second.StatusAsync(Token)).State);

        _runs["first"].End.SetResult(null);
        _runs["third"].End.SetResult(null);
        await third.ResultAsync(Token);
        Assert.Equal(["first", "third"], _runs.Begun);
    }

    [Fact]
    public async Task ARunThatIsRaised_BeginsBeforeThoseThatWaitedLonger()
    {
        await SubmitAsync("first");
        var second = await SubmitAsync("second");
        var third = await SubmitAsync("third");
        await third.SetPriorityAsync(90, Token);
        foreach (var name in (string[])["first", "third", "second"])
        {
            await _runs[name].Begun;
            _runs[name].End.SetResult(null);
        }

        await second.ResultAsync(Token);
        Assert.Equal(["first", "third", "second"], _runs.Begun);
        Assert.Equal(90, (await third.StatusAsync(Token)).Priority);
    }

    [Fact]
    public async Task APausedRun_LeavesItsTurn_AndBeginsAgainWhenItIsRaised()
    {
        var first = await SubmitAsync("first");
        await _runs["first"].Begun;
        await first.SetPriorityAsync(0, Token);
        var second = await SubmitAsync("second");
        _runs["second"].End.SetResult(null);
        await second.ResultAsync(Token);
        Assert.Equal((RunState.Waiting, 0), await first.StatusAsync(Token) is var status ? (status.State, status.Priority) : default);

        await first.SetPriorityAsync(10, Token);
        _runs["first"].End.SetResult(null);
        await first.ResultAsync(Token);
        Assert.Equal(["first", "second", "first"], _runs.Begun);
        await Assert.ThrowsAsync<MirroredException>(() => first.SetPriorityAsync(101, Token));
    }

    [Fact]
    public async Task CancellingARunThatHasEnded_DoesNothing()
    {
        var run = await SubmitAsync("run");
        _runs["run"].End.SetResult(null);
        await run.ResultAsync(Token);
        await run.CancelAsync(Token);
        Assert.Equal(RunState.Finished, (await run.StatusAsync(Token)).State);
    }

    [Fact]
    public async Task SameSpecAndDirectory_JoinsTheRunThatIsUnderWayOrFinished()
    {
        await SubmitAsync("run");
        var joined = await SubmitAsync("run", s_spec with { Compute = new ComputeSpec { Lanes = 3 } }, priority: 50);
        _runs["run"].End.SetResult(null);
        Assert.Equal(3, (await joined.ResultAsync(Token)).ScoredRows);
        Assert.Equal(3, (await (await SubmitAsync("run/")).ResultAsync(Token)).ScoredRows);

        Assert.Equal(["run"], _runs.Begun);
        Assert.Equal(10, Assert.Single(await _client.ListAsync(Token)).Priority);
    }

    [Fact]
    public async Task AnotherSpecForTheDirectory_IsRefusedAndTheRunGoesOn()
    {
        var run = await SubmitAsync("run");
        var other = s_spec with { Train = new TrainSpec { Shards = ["other.arrow"] }, Seed = 1 };
        await AssertRefusedAsync();
        _runs["run"].End.SetResult(null);
        await run.ResultAsync(Token);
        await AssertRefusedAsync();

        async Task AssertRefusedAsync()
        {
            var failure = await Assert.ThrowsAsync<MirroredException>(() => SubmitAsync("run", other));
            Assert.Equal(FailureKind.Invalid, failure.Kind);
            Assert.Equal(
                $"{_folder.File("run")}: found another run, which was submitted with another spec: train.shards: [\"{Path.GetFullPath("train.arrow")}\"], here [\"{Path.GetFullPath("other.arrow")}\"]; seed: 0, here 1. "
                + "Choose another directory, or delete this one if its run has ended and is not wanted any more.",
                failure.Message);
        }
    }

    [Fact]
    public async Task RunThatFailed_IsComputedAgain_WhateverItsSpec()
    {
        var run = await SubmitAsync("run");
        _runs["run"].End.SetResult(Failure.Invalid("no such model"));
        await Assert.ThrowsAsync<MirroredException>(() => run.ResultAsync(Token));
        await Assert.ThrowsAsync<MirroredException>(async () => await (await SubmitAsync("run", s_spec with { Seed = 1 })).ResultAsync(Token));
        Assert.Equal(["run", "run"], _runs.Begun);
        Assert.Single(await _client.ListAsync(Token));
    }

    [Fact]
    public async Task RunThatIsBeingCancelled_BeginsAgainAfterItsEnd()
    {
        var stopping = new TaskCompletionSource();
        var count = 0;
        await using var client = new EmbeddedClient(async (spec, place, time, progress, stop) =>
        {
            if (Interlocked.Increment(ref count) == 2)
                throw Failure.Data("the second");
            progress.Report(Progress(RunPhase.Scoring, 1));
            await stopping.Task;   // a forward pass that is not to be stopped
            stop.ThrowIfCancellationRequested();
            throw new InvalidOperationException("Not cancelled.");
        });
        var run = await client.SubmitAsync(s_spec, Options("run"), Token);
        await run.WatchAsync(Token).FirstAsync(status => status.State == RunState.Scoring, Token);
        var cancelled = run.CancelAsync(Token);
        var again = client.SubmitAsync(s_spec, Options("run"), Token);
        Assert.False(cancelled.IsCompleted || again.IsCompleted);

        stopping.SetResult();
        await cancelled;
        var failure = await Assert.ThrowsAsync<MirroredException>(async () => await (await again).ResultAsync(Token));
        Assert.Equal("the second", failure.Message);
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Failures_KeepTheirKind_AndHideSignatures(Exception thrown, FailureKind kind, string message)
    {
        var run = await SubmitAsync("run");
        _runs["run"].End.SetResult(thrown);
        var failure = await Assert.ThrowsAsync<MirroredException>(() => run.ResultAsync(Token));
        Assert.Equal((kind, message), (failure.Kind, failure.Message));
        Assert.DoesNotContain("sig=", failure.ToString(), StringComparison.Ordinal);
        var statuses = await run.WatchAsync(Token).ToListAsync(Token);
        Assert.Equal((RunState.Failed, kind), (Assert.Single(statuses).State, statuses[0].Failure!.Kind));
    }

    public static TheoryData<Exception, FailureKind, string> Failures => new()
    {
        { Failure.Data("train.arrow: is cut off"), FailureKind.Data, "train.arrow: is cut off" },
        { Failure.Unavailable("https://host/a?sig=1 gave no answer", new IOException("https://host/a?sig=1")), FailureKind.Unavailable, "https://host/a gave no answer" },
        { new IOException("No space left on device"), FailureKind.Unavailable, "No space left on device" },
        { new UnauthorizedAccessException("Access is denied"), FailureKind.Unavailable, "Access is denied" },
        {
            new InvalidOperationException("Sequence at https://host/a?sig=1 is empty."),
            FailureKind.Internal,
            "a fault of this program: InvalidOperationException: Sequence at https://host/a is empty. Please report it."
        },
        { new OperationCanceledException("Not asked for."), FailureKind.Internal, "a fault of this program: OperationCanceledException: Not asked for. Please report it." },
    };

    [Fact]
    public async Task SlowWatcher_GetsTheNewestStatusAndTheLast()
    {
        var run = await SubmitAsync("run");
        var progress = await _runs["run"].Begun;
        await using var statuses = run.WatchAsync(Token).GetAsyncEnumerator(Token);
        Assert.True(await statuses.MoveNextAsync());
        Assert.Equal(RunState.Planning, statuses.Current.State);
        for (var done = 1; done <= 1000; done++)
            progress.Report(Progress(RunPhase.Scoring, done));

        Assert.True(await statuses.MoveNextAsync());
        Assert.Equal((RunState.Scoring, 1000, 2000, 7.5), (statuses.Current.State, statuses.Current.DoneCount, statuses.Current.TotalCount, statuses.Current.PerSecond));
        var next = statuses.MoveNextAsync().AsTask();
        progress.Report(Progress(RunPhase.Scoring, 1000));   // no news
        Assert.False(next.IsCompleted);
        progress.Report(Progress(RunPhase.Reducing, 1) with { UnscorableRowCount = 0 });
        Assert.True(await next);
        Assert.Equal((RunState.Reducing, 4), (statuses.Current.State, statuses.Current.UnscorableRowCount));

        _runs["run"].End.SetResult(null);
        await run.ResultAsync(Token);
        Assert.True(await statuses.MoveNextAsync());
        Assert.Equal((RunState.Finished, 0), (statuses.Current.State, statuses.Current.PerSecond));
        Assert.False(await statuses.MoveNextAsync());
    }

    [Fact]
    public async Task WatcherThatLeaves_DoesNotEndTheRun()
    {
        var run = await SubmitAsync("run");
        using var leaving = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var status in run.WatchAsync(leaving.Token))
                await leaving.CancelAsync();
        });
        _runs["run"].End.SetResult(null);
        await run.ResultAsync(Token);
    }

    [Fact]
    public async Task ListedRuns_AreTheNewestFirst()
    {
        foreach (var name in new[] { "a", "b", "c" })
            await SubmitAsync(name);
        Assert.Equal(["c", "b", "a"], (await _client.ListAsync(Token)).Select(status => Path.GetFileName(status.Directory)));
    }

    [Fact]
    public async Task RunThatWasNotSubmitted_IsRefused_AndKnownOnceItIs()
    {
        var run = _client.Run(_folder.File("run"));
        Func<Task>[] questions = [() => run.StatusAsync(Token), () => run.ResultAsync(Token), () => run.CancelAsync(Token), async () => await run.WatchAsync(Token).FirstAsync(Token)];
        foreach (var question in questions)
        {
            var failure = await Assert.ThrowsAsync<MirroredException>(question);
            Assert.Equal(FailureKind.Invalid, failure.Kind);
            Assert.StartsWith($"{_folder.File("run")}: no run was submitted to this directory", failure.Message, StringComparison.Ordinal);
        }

        await SubmitAsync("run");
        Assert.Equal(_folder.File("run"), (await run.StatusAsync(Token)).Directory);
    }

    [Fact]
    public async Task DisposedClient_HasCancelledItsRuns_AndTakesNoMore()
    {
        var runs = new[] { await SubmitAsync("a"), await SubmitAsync("b") };
        await _runs["a"].Begun;
        await _client.DisposeAsync();
        Assert.All(runs, run => Assert.Equal(RunState.Cancelled, run.StatusAsync(Token).Result.State));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => SubmitAsync("c"));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(101)]
    public void PriorityOutOfRange_IsRefused(int priority)
    {
        var refused = Assert.Throws<MirroredException>(() => Options("run", priority));
        Assert.Equal((FailureKind.Invalid, $"priority: found {priority}; expected 0 to 100."), (refused.Kind, refused.Message));
    }

    [Theory]
    [InlineData("", "an address is empty")]
    [InlineData("ftp://host/run", "an address begins with ftp://")]
    public async Task DirectoryThatIsNone_IsRefused(string directory, string message)
    {
        var failure = await Assert.ThrowsAsync<MirroredException>(() => _client.SubmitAsync(s_spec, new RunOptions { Directory = directory }, Token));
        Assert.Equal(FailureKind.Invalid, failure.Kind);
        Assert.StartsWith(message, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Directory_IsNamedWithoutItsSignature() =>
        Assert.Equal("https://host/container/run", _client.Run("https://host/container/run?sig=1").Directory);

    private static RunProgress Progress(RunPhase phase, long done) => new()
    {
        Phase = phase,
        DoneCount = done,
        TotalCount = 2000,
        PerSecond = 7.5,
        Remaining = null,
        UnscorableRowCount = 4,
    };

    private RunOptions Options(string name, int priority = 10) => new() { Directory = _folder.File(name), Priority = priority };

    private Task<IRun> SubmitAsync(string name, RunSpec? spec = null, int priority = 10) => _client.SubmitAsync(spec ?? s_spec, Options(name, priority), Token);
}
