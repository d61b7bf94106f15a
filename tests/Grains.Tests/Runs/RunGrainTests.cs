using MirroredInfluence.Engine.Tests;
using MirroredInfluence.Report;
using MirroredInfluence.Storage;
using Orleans.TestingHost;

namespace MirroredInfluence.Grains.Tests.Runs;

public sealed class RunGrainTests : IDisposable
{
    private static readonly string[] s_results = ["result.json", "result.arrow"];

    private const string CoordinatorsName = "Silo_1";

    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task ACluster_MakesTheBytesOfTheLocalEngine(int siloCount)
    {
        var spec = _bench.Spec();
        await RunHereAsync(spec, "here");
        await using var cluster = await TestCluster.StartAsync(_bench, siloCount);
        var report = await FinishAsync(cluster, spec, "there");
        Assert.Equal((RunState.Finished, 100L, 100L), (report.State, report.DoneCount, report.TotalCount));
        await AssertSameAsync("here", "there");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ASiloThatIsKilled_ChangesNothing(bool isCoordinator)
    {
        var spec = _bench.Spec(train: new Images { RowCount = 4000 }) with { Compute = new ComputeSpec { Lanes = 1, ShardRows = 8, Cache = "none" } };
        await RunHereAsync(spec, "here");
        await using var cluster = await TestCluster.StartAsync(_bench, 3);
        var run = await SubmitAsync(cluster, spec, "there");
        while (!Directory.Exists(PartsOf("there")) || Directory.GetFiles(PartsOf("there")).Length < 50)
            await Task.Delay(5, Cancel);
        await cluster.KillSiloAsync(await HostOfAsync(cluster, run, isCoordinator), Cancel);
        var committed = Directory.GetFiles(PartsOf("there")).Length;
        Assert.InRange(committed, 50, 499);
        Assert.Equal(RunState.Finished, (await EndAsync(run)).State);
        await AssertSameAsync("here", "there");
    }

    [Fact]
    public async Task Coordinators_LiveOnSilosWithoutLanes()
    {
        var spec = _bench.Spec();
        await RunHereAsync(spec, "here");
        await using var cluster = await TestCluster.StartAsync(_bench, 3, CoordinatorsName);
        for (var count = 0; count < 5; count++)
        {
            var run = await SubmitAsync(cluster, spec, $"there {count}", priority: 0);
            while ((await run.ReportAsync()).State != RunState.Scoring)
                await Task.Delay(10, Cancel);
            Assert.Equal(cluster.Silos.Single(silo => silo.Name == CoordinatorsName).SiloAddress, await cluster.Client.GetGrain<IManagementGrain>(0).GetActivationAddress(run, Cancel));
        }

        await FinishAsync(cluster, spec, "there 3");
        await AssertSameAsync("here", "there 3");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ASiloThatGoesWhileItPreparesARun_ChangesNothing(bool isKilled)
    {
        var spec = SlowToAscend(2000);
        await RunHereAsync(spec, "here");
        await using var cluster = await TestCluster.StartAsync(_bench, 3, CoordinatorsName);
        var run = await SubmitAsync(cluster, spec, "there");
        var (silo, _) = await WhoPreparesAsync(cluster, run);
        await (isKilled ? cluster.KillSiloAsync(silo, Cancel) : cluster.StopSiloAsync(silo, Cancel));
        Assert.Equal(RunState.Finished, (await EndAsync(run)).State);
        await AssertSameAsync("here", "there");
    }

    [Fact]
    public async Task ARunThatIsCancelledWhileItIsPrepared_IsLetGoOf()
    {
        await using var cluster = await TestCluster.StartAsync(_bench, 1);
        var run = await SubmitAsync(cluster, SlowToAscend(4000), "there");
        var (_, shards) = await WhoPreparesAsync(cluster, run);
        await run.CancelAsync();
        Assert.Equal(RunState.Cancelled, (await run.ReportAsync()).State);
        while (await cluster.Client.GetGrain<IManagementGrain>(0).GetActivationAddress(shards, Cancel) is not null)
            await Task.Delay(10, Cancel);
        Assert.False(Directory.Exists(Path.Combine(_bench.File("there"), "weights")), "queries are ascended for a run that was cancelled");
    }

    [Fact]
    public async Task ARunThatKillsThreeSilosBeforeItIsScored_Fails()
    {
        await using var cluster = await TestCluster.StartAsync(_bench, 1, "Silo_0");
        var run = await SubmitAsync(cluster, _bench.Spec(), "there");
        foreach (var silo in (string[])["127.0.0.1:1@1", "127.0.0.1:2@1", "127.0.0.1:3@1"])   // give one sign of life each
        {
            Assert.Equal(RunState.Waiting, (await run.ReportAsync()).State);
            await cluster.Client.GetGrain<IRunsGrain>(0).BeatAsync(silo);
            while ((await cluster.Client.GetGrain<IRunsGrain>(0).SilosAsync()).Length > 0)
                await Task.Delay(10, Cancel);
            await Task.Delay(TimeSpan.FromMilliseconds(200), Cancel);   // longer than between two looks of the coordinator
        }

        var report = await EndAsync(run);
        Assert.Equal((RunState.Failed, FailureKind.Data), (report.State, report.Failure!.Kind));
        Assert.Contains("3 silos died while they planned the run or ascended its queries: 127.0.0.1:1@1, 127.0.0.1:2@1, 127.0.0.1:3@1.", report.Failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ARunThatCannotBe_FailsWithTheKindAndMessageOfTheEngine()
    {
        var spec = _bench.Spec();
        spec = spec with { Train = spec.Train with { Id = "none" } };
        var expected = await _bench.RefusalOf(spec, FailureKind.Invalid);
        await using var cluster = await TestCluster.StartAsync(_bench, 1);
        var report = await FinishAsync(cluster, spec, "there");
        Assert.Equal((RunState.Failed, FailureKind.Invalid), (report.State, report.Failure!.Kind));
        Assert.StartsWith($"{expected} (silo ", report.Failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AShardThatKilledTheSilosOfThreeCoordinators_IsSetAside()
    {
        var spec = _bench.Spec();
        await _bench.RunAsync(spec, "there");
        Directory.Delete(PartsOf("there"), recursive: true);
        var directory = await RunDirectory.OpenAsync(_bench.Store("there"), Cancel);
        foreach (var session in (string[])["a", "b", "c"])
            await directory.PutInHandAsync(new ShardsInHand(session, [2]), Cancel);
        await using var cluster = await TestCluster.StartAsync(_bench, 1);
        var report = await FinishAsync(cluster, spec, "there");
        Assert.Equal((RunState.Failed, FailureKind.Data), (report.State, report.Failure!.Kind));
        var poisoned = Assert.Single(await directory.ReadPoisonedAsync((await directory.TryGetPlanAsync(Cancel))!, Cancel));
        Assert.Equal(2, poisoned.ShardIndex);
    }

    [Fact]
    public async Task WhatTheCoordinatorsSiloHasInHand_IsInTheRunDirectory_UntilItsSessionEnds()
    {
        var spec = _bench.Spec(train: new Images { RowCount = 4000 }) with { Compute = new ComputeSpec { Lanes = 1, ShardRows = 8, Cache = "none" } };
        await using var cluster = await TestCluster.StartAsync(_bench, 1);
        var run = await SubmitAsync(cluster, spec, "there");
        while (await InHandAsync() is not [{ Shards.Length: > 0 }])
            await Task.Delay(1, Cancel);
        Assert.Equal(RunState.Finished, (await EndAsync(run)).State);
        Assert.Empty(Assert.Single(await InHandAsync()).Shards);

        async Task<IReadOnlyList<ShardsInHand>> InHandAsync() =>
            await RunDirectory.TryOpenAsync(_bench.Store("there"), Cancel) is { } directory ? await directory.ReadInHandAsync(Cancel) : [];
    }

    [Fact]
    public async Task APausedRun_WaitsUntilItIsRaised()
    {
        var spec = _bench.Spec();
        await RunHereAsync(spec, "here");
        await using var cluster = await TestCluster.StartAsync(_bench, 1);
        var run = await SubmitAsync(cluster, spec, "there", priority: 0);
        while ((await run.ReportAsync()).State != RunState.Scoring)
            await Task.Delay(10, Cancel);
        await FinishAsync(cluster, spec, "beside");
        Assert.False(Directory.Exists(PartsOf("there")));
        Assert.Equal(0, (await run.ReportAsync()).Priority);

        await SubmitAsync(cluster, spec, "there", priority: 5);
        Assert.Equal((RunState.Finished, 5), await EndAsync(run) is var report ? (report.State, report.Priority) : default);
        await AssertSameAsync("here", "there");
    }

    [Fact]
    public async Task AnotherSpecForARunThatIsUnderWay_IsRefused()
    {
        var spec = _bench.Spec();
        await using var cluster = await TestCluster.StartAsync(_bench, 1);
        await SubmitAsync(cluster, spec, "there", priority: 0);
        var other = spec with { Score = spec.Score with { TopK = 3 } };
        var refused = await Assert.ThrowsAsync<MirroredException>(() => SubmitAsync(cluster, other, "there"));
        Assert.Equal(FailureKind.Invalid, refused.Kind);
        Assert.Contains("which was submitted with another spec: score.", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnotherSpecForAFinishedRun_IsRefusedAndTheRunStaysFinished()
    {
        var spec = _bench.Spec();
        await using var cluster = await TestCluster.StartAsync(_bench, 1);
        await FinishAsync(cluster, spec, "there");
        var other = spec with { Ascent = spec.Ascent with { Steps = 2 } };
        var refused = await Assert.ThrowsAsync<MirroredException>(() => SubmitAsync(cluster, other, "there"));
        Assert.Contains("which was submitted with another spec: ascent.", refused.Message, StringComparison.Ordinal);
        Assert.Equal(RunState.Finished, (await cluster.Client.GetGrain<IRunGrain>(_bench.File("there")).ReportAsync()).State);

        Directory.Delete(_bench.File("there"), recursive: true);
        Assert.Equal(RunState.Finished, (await FinishAsync(cluster, other, "there")).State);
    }

    [Fact]
    public async Task ARunThatNobodySubmitted_IsRefused()
    {
        await using var cluster = await TestCluster.StartAsync(_bench, 1);
        var refused = await Assert.ThrowsAsync<MirroredException>(() => cluster.Client.GetGrain<IRunGrain>(_bench.File("none")).ReportAsync());
        Assert.Equal(FailureKind.Invalid, refused.Kind);
    }

    [Fact]
    public async Task WhatTheLedgerMustNotKeep_OrOtherSilosWouldNotFind_IsRefused()
    {
        await using var cluster = await TestCluster.StartAsync(_bench, 1);
        var (runs, spec) = (cluster.Client.GetGrain<IRunsGrain>(0), _bench.Spec());
        var order = new RunOrder { Directory = _bench.File("there"), Spec = RunSpecWriter.Write(spec), Priority = 10, AllowPoisoned = false };
        var signed = spec with { Train = spec.Train with { Shards = ["https://host/rows.arrow?sig=secret"] } };
        var relative = spec with { Model = new ModelSpec { Uri = "model.pt" } };
        foreach (var (wrong, message) in new[]
        {
            (order with { Priority = 101 }, "priority: found 101; expected 0 to 100."),
            (order with { Directory = "there" }, "there: found a path that depends on the current directory; "),
            (order with { Spec = RunSpecWriter.Write(relative) }, "model.pt: found a path that depends on the current directory; "),
            (order with { Spec = RunSpecWriter.Write(signed) }, "https://host/rows.arrow: found an address with a signature; "),
            (order with { Spec = "{}" }, "model: missing; "),
            (order with { Directory = spec.Train.Shards[0] }, $"the run's directory: '{spec.Train.Shards[0]}' is a file; "),
            (order with { Directory = Path.GetDirectoryName(spec.Train.Shards[0])! }, "the run's directory: the folder "),
            (order with { Directory = "az://account" }, "az://account: names no container; "),
        })
        {
            var refused = await Assert.ThrowsAsync<MirroredException>(() => runs.SubmitAsync(wrong));
            Assert.Equal(FailureKind.Invalid, refused.Kind);
            Assert.StartsWith(message, refused.Message, StringComparison.Ordinal);
        }

        Assert.Empty(await runs.ListAsync());
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private async Task RunHereAsync(RunSpec spec, string name)
    {
        var result = await _bench.RunAsync(spec, name);
        var directory = await RunDirectory.OpenAsync(_bench.Store(name), Cancel);
        await ResultFiles.WriteAsync(directory, ObjectUri.Parse(_bench.File(name)), result, AnyFiles.Data, spec.Report, Cancel);
    }

    private RunSpec SlowToAscend(int steps)
    {
        var spec = _bench.Spec();
        return spec with { Ascent = spec.Ascent with { Steps = steps, LearningRate = 1e-9 } };
    }

    private static async Task<(InProcessSiloHandle Silo, IShardGrain Shards)> WhoPreparesAsync(InProcessTestCluster cluster, IRunGrain run)
    {
        var management = cluster.Client.GetGrain<IManagementGrain>(0);
        while (true)
        {
            foreach (var silo in cluster.Silos)
            {
                var shards = cluster.Client.GetGrain<IShardGrain>($"{silo.SiloAddress.ToParsableString()}|{run.GetPrimaryKeyString()}");
                if ((await run.ReportAsync()).State == RunState.Ascending && await management.GetActivationAddress(shards, Cancel) is not null)
                    return (silo, shards);
            }

            await Task.Delay(10, Cancel);
        }
    }

    private static async Task<InProcessSiloHandle> HostOfAsync(InProcessTestCluster cluster, IRunGrain run, bool isCoordinator)
    {
        var host = await cluster.Client.GetGrain<IManagementGrain>(0).GetActivationAddress(run);
        return cluster.Silos.First(silo => silo.SiloAddress.Equals(host) == isCoordinator);
    }

    private static async Task<RunReport> EndAsync(IRunGrain run)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(TimeSpan.FromMinutes(2));
        for (var version = -1L; ;)
        {
            try
            {
                var report = await run.NewsAsync(version).WaitAsync(patience.Token);
                if (report.HasEnded)
                    return report;
                version = report.Version;
            }
            catch (SiloUnavailableException)
            {
                await Task.Delay(100, patience.Token);
            }
        }
    }

    private string PartsOf(string name) => Path.Combine(_bench.File(name), "parts");

    private async Task AssertSameAsync(string expected, string found)
    {
        foreach (var name in s_results)
            Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(_bench.File(expected), name), Cancel), await File.ReadAllBytesAsync(Path.Combine(_bench.File(found), name), Cancel));
    }

    private async Task<RunReport> FinishAsync(InProcessTestCluster cluster, RunSpec spec, string name) => await EndAsync(await SubmitAsync(cluster, spec, name));

    private async Task<IRunGrain> SubmitAsync(InProcessTestCluster cluster, RunSpec spec, string name, int priority = 10)
    {
        var order = new RunOrder { Directory = _bench.File(name), Spec = RunSpecWriter.Write(spec), Priority = priority, AllowPoisoned = false };
        await cluster.Client.GetGrain<IRunsGrain>(0).SubmitAsync(order);
        return cluster.Client.GetGrain<IRunGrain>(order.Directory);
    }
}
