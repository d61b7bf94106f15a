using MirroredInfluence.Cli.Tests.Telemetry;
using MirroredInfluence.Client;
using MirroredInfluence.Engine.Tests;

namespace MirroredInfluence.Silo.Tests.Telemetry;

/// <summary>What a collector is sent by a silo, over the wire: 100 rows in four shards.</summary>
public sealed class SiloTelemetryTests : IDisposable
{
    private readonly Workbench _bench = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task ASilo_TellsACollectorWhatItDid()
    {
        using var collector = new Collector();
        await using (var silo = await LoopbackSilo.StartAsync(_bench.File("ledger"), first: null, [], collector.Environment))
        {
            await using var client = await MirroredClient.ConnectAsync(new ClusterAddress { Gateways = [silo.Gateway()] }, cancellationToken: Cancel);
            var run = await client.SubmitAsync(_bench.Spec(), new RunOptions { Directory = _bench.File("there") }, Cancel);
            await run.ResultAsync(Cancel);
            silo.Terminate();
            Assert.Equal(0, await silo.EndAsync(Cancel));
        }

        Assert.Equal(100, collector["mirrored.rows.scored"]);
        Assert.Equal(4, collector["mirrored.shard.duration"]);
        Assert.Equal(4, collector["mirrored.shard.handouts"]);
        Assert.Equal(1, collector["mirrored.run.ends", "mirrored.run.state=finished"]);
        Assert.All(["waiting", "scoring", "reducing"], state => Assert.Equal(0, collector["mirrored.run.count", $"mirrored.run.state={state}"]));
        Assert.All(["waiting", "paused", "in-flight"], state => Assert.Equal(0, collector["mirrored.shard.count", $"mirrored.shard.state={state}"]));
        Assert.Equal((1, 0), (collector["mirrored.lane.count", "mirrored.lane.state=free"], collector["mirrored.lane.count", "mirrored.lane.state=busy"]));
        Assert.True(collector["mirrored.coordinator.exchanges"] >= 5);
        Assert.Contains("service.name=mirrored-silo, service.version=", Assert.Single(collector.Resources), StringComparison.Ordinal);

        var coordinated = Assert.Single(collector.Spans, span => span.Name == "run");
        Assert.Matches("^mirrored.run.id=[0-9a-f]+$", coordinated.Attributes);
        var prepared = Assert.Single(collector.Spans, span => span.Name == "prepare");
        Assert.All(collector.Spans.Where(span => span.Name is "prepare" or "reduce"), span => Assert.Equal(coordinated.Id, span.ParentId));
        Assert.All(collector.Spans.Where(span => span.Name is "plan" or "ascent"), span => Assert.Equal(prepared.Id, span.ParentId));
        Assert.Equal(["ascent", "plan", "prepare", "reduce", "run", "shard"], collector.Spans.Select(span => span.Name).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(4, collector.Spans.Count(span => span.Name == "shard"));
    }
}
