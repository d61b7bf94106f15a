using MirroredInfluence.Client;

namespace MirroredInfluence.Cluster.Tests;

public sealed class SameBytesTests(Bench bench)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ThreeSilosAndAClient_MakeTheBytesOfTheLocalEngine()
    {
        var spec = bench.Spec();
        var expected = await bench.RunAloneAsync(spec);
        await using var cluster = await SiloCluster.StartAsync(bench, 3, Cancel);
        await using var client = await cluster.ConnectAsync(Cancel);
        var run = await client.SubmitAsync(spec, new RunOptions { Directory = bench.File(bench.NewName("run")) }, Cancel);
        var result = await run.ResultAsync(Cancel);
        await Bench.AssertSameAsync(expected, run.Directory, "a run on three silos");
        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(expected, "result.json"), Cancel), result.Json.ToArray());

        var committed = cluster.EventsOf(run.Directory).Where(item => item.Kind == SiloEventKind.Committed).ToArray();
        Assert.Equal(Bench.ShardCountOf(spec), committed.Length);
        Assert.Equal(3, committed.Select(item => item.Silo).Distinct().Count());
    }
}
