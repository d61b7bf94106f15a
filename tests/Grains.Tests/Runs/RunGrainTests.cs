using MirroredInfluence.Engine.Tests;
using MirroredInfluence.Report;
using MirroredInfluence.Storage;
using Orleans.TestingHost;

namespace MirroredInfluence.Grains.Tests.Runs;

public sealed class RunGrainTests : IDisposable
{
    private static readonly string[] s_results = ["result.json", "result.arrow"];

    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task ACluster_MakesTheBytesOfTheLocalEngine(int siloCount)
    {
        var spec = _bench.Spec();
        await RunHereAsync(spec, "here");
        await using var cluster = await StartAsync((short)siloCount);
        var report = await FinishAsync(cluster, spec, "there");
        Assert.Equal((RunPhaseCode.Finished, 100L, 100L), (report.Phase, report.DoneCount, report.TotalCount));
        foreach (var name in s_results)
            Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(_bench.File("here"), name), Cancel), await File.ReadAllBytesAsync(Path.Combine(_bench.File("there"), name), Cancel));
    }

    [Fact]
    public async Task ARunThatCannotBe_FailsWithTheKindAndMessageOfTheEngine()
    {
        var spec = _bench.Spec();
        spec = spec with { Train = spec.Train with { Id = "none" } };
        var expected = await _bench.RefusalOf(spec, FailureKind.Invalid);
        await using var cluster = await StartAsync(1);
        var report = await FinishAsync(cluster, spec, "there");
        Assert.Equal((RunPhaseCode.Failed, FailureKind.Invalid, expected), (report.Phase, report.Failure!.Kind, report.Failure.Message));
    }

    [Fact]
    public async Task ARunThatNobodySubmitted_IsRefused()
    {
        await using var cluster = await StartAsync(1);
        var refused = await Assert.ThrowsAsync<MirroredException>(() => cluster.Client.GetGrain<IRunGrain>(_bench.File("none")).ReportAsync());
        Assert.Equal(FailureKind.Invalid, refused.Kind);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private async Task RunHereAsync(RunSpec spec, string name)
    {
        var result = await _bench.RunAsync(spec, name);
        var directory = await RunDirectory.OpenAsync(_bench.Store(name), Cancel);
        await ResultFiles.WriteAsync(directory, ObjectUri.Parse(_bench.File(name)), result, AnyFiles.Data, spec.Report, Cancel);
    }

    private async Task<InProcessTestCluster> StartAsync(short siloCount)
    {
        var builder = new InProcessTestClusterBuilder(siloCount);
        builder.ConfigureSilo((_, silo) => silo.AddMirroredGrains(options =>
        {
            options.Ledger = _bench.File("ledger");
            options.Lanes = new ComputeSpec { Lanes = 2, Cache = "none" };
            options.BeatInterval = TimeSpan.FromMilliseconds(200);
        }));
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return cluster;
    }

    private async Task<RunReport> FinishAsync(InProcessTestCluster cluster, RunSpec spec, string name)
    {
        var directory = _bench.File(name);
        await cluster.Client.GetGrain<IRunsGrain>(0).SubmitAsync(new RunOrder { Directory = directory, Spec = RunSpecWriter.Write(spec), Priority = 10, AllowPoisoned = false });
        var run = cluster.Client.GetGrain<IRunGrain>(directory);
        for (var version = -1L; ;)
        {
            var report = await run.NewsAsync(version).WaitAsync(TimeSpan.FromSeconds(60), Cancel);
            if (report.HasEnded)
                return report;
            version = report.Version;
        }
    }
}
