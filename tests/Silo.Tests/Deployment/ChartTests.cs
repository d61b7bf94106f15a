using MirroredInfluence.Client;
using MirroredInfluence.Cluster.Tests;
using MirroredInfluence.Connections;
using MirroredInfluence.Deploy.Tests;
using MirroredInfluence.Engine.Tests;
using MirroredInfluence.Report;

namespace MirroredInfluence.Silo.Tests.Deployment;

/// <summary>What the chart tells a silo, told to one: it starts, over TLS and Redis, and computes. Ports are free ones, and files and Secrets those of the test.</summary>
public sealed class ChartTests : IDisposable
{
    private const string Password = "hush-hush";

    private readonly Workbench _bench = new();
    private readonly TemporaryFolder _mounted = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _bench.Dispose();
        _mounted.Dispose();
    }

    [Fact]
    public async Task ChartsPods_AreSilos()
    {
        await using var redis = await RedisServer.StartAsync(Password);
        var (silos, clients) = (new Authority(_mounted, "silos"), new Authority(_mounted, "clients"));
        Mount(silos.Issue("silo", silos, Authority.UsesOfASilo), clients);
        await using var coordinator = await StartAsync("cluster-gpu", "coordinator", redis);
        await using var silo = await StartAsync("cluster-cpu", "silo", redis);
        var spec = _bench.Spec();
        using var expected = new MemoryStream();
        ResultWriter.WriteJson(expected, await _bench.RunAsync(spec, "here"));

        var address = new ClusterAddress { Gateways = [coordinator.Gateway()], Tls = clients.Issue("client", silos, Authority.UsesOfAClient) };
        await using var client = await MirroredClient.ConnectAsync(address, cancellationToken: Cancel);
        var run = await client.SubmitAsync(spec, new RunOptions { Directory = _bench.File("there") }, Cancel);
        Assert.Equal(expected.ToArray(), (await run.ResultAsync(Cancel)).Json.ToArray());
        Assert.Contains(silo.Said, line => line.Contains(" committed", StringComparison.Ordinal));
        Assert.DoesNotContain(coordinator.Said, line => line.Contains(" committed", StringComparison.Ordinal));   // it has no lanes
    }

    private void Mount(TlsFiles silo, Authority clients)
    {
        foreach (var (path, file) in new[] { ("silo/tls.crt", silo.Certificate), ("silo/tls.key", silo.Key), ("silo/ca.crt", silo.Authority), ("clients/ca.crt", clients.RootFile) })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_mounted.File(path))!);
            File.Copy(file, _mounted.File(path));
        }
    }

    /// <param name="example">Of k8s/, which is what the chart renders: Deploy.Tests.</param>
    private async Task<SiloProcess> StartAsync(string example, string component, RedisServer redis)
    {
        var objects = Manifests.Parse(await File.ReadAllTextAsync(Repository.Path("k8s", example, "cluster.yaml"), Cancel));
        var variables = objects.Pods()[component].List("containers/0/env").Where(variable => variable.Text("name")!.StartsWith("Silo__", StringComparison.Ordinal));
        var settings = variables.ToDictionary(variable => variable.Text("name")!["Silo__".Length..], variable => variable.Text("value") switch
        {
            { } value => value.Replace("/etc/mirrored", _mounted.Path, StringComparison.Ordinal).Replace("/shared", _bench.File("shared"), StringComparison.Ordinal).Replace("/cache", _mounted.File("cache"), StringComparison.Ordinal),
            null when variable.Text("valueFrom/secretKeyRef/key") == "connectionString" => $"{redis.Address},password={Password}",
            _ when variable.Text("valueFrom/fieldRef/fieldPath") == "status.podIP" => "127.0.0.1",
            _ => throw new InvalidDataException($"{variable} is not known here."),
        });
        (settings["Clustering"], settings["Ledger"], settings["BeatSeconds"]) = ("Redis", _bench.File("ledger"), "0.2");
        var silo = SiloProcess.Start(component, settings);
        await silo.ReadyAsync(Cancel);
        return silo;
    }
}
