using System.Net.Sockets;
using MirroredInfluence.Client;
using MirroredInfluence.Cluster.Tests;

namespace MirroredInfluence.Silo.Tests.Callers;

/// <summary>A silo without TLS, for development.</summary>
public sealed class PlaintextTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Garbage_IsLoggedAtBothPorts_AndTheSiloGoesOn()
    {
        await using var silo = await LoopbackSilo.StartAsync(_folder.File("ledger"), first: null, []);
        foreach (var (port, name) in new[] { (silo.SiloPort, "silo port"), (silo.GatewayPort, "gateway") })
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync("127.0.0.1", port, Cancel);
            await socket.SendAsync("garbage, garbage"u8.ToArray(), Cancel);
            await silo.LineAsync($@"127\.0\.0\.1:\d+: its connection to the {name} is closed, since it sent what no silo understands: ");
        }

        await AssertGoesOnAsync(silo);
    }

    [Fact]
    public async Task ALookWhetherAPortIsOpen_IsNotLogged()
    {
        await using var silo = await LoopbackSilo.StartAsync(_folder.File("ledger"), first: null, []);
        using (var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
            await socket.ConnectAsync("127.0.0.1", silo.GatewayPort, Cancel);
        await AssertGoesOnAsync(silo);

        silo.Terminate();
        await silo.EndAsync(Cancel);
        Assert.DoesNotContain(silo.Said, line => line.Contains("its connection to the", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AClientWithACertificate_LearnsThatNoneIsAskedFor()
    {
        var (silos, clients) = (new Authority(_folder, "silos"), new Authority(_folder, "clients"));
        await using var silo = await LoopbackSilo.StartAsync(_folder.File("ledger"), first: null, []);
        var address = new ClusterAddress { Gateways = [silo.Gateway()], Tls = clients.Issue("client", silos, Authority.UsesOfAClient) };
        var failure = await Assert.ThrowsAsync<MirroredException>(() => MirroredClient.ConnectAsync(address, cancellationToken: Cancel));

        Assert.Equal(FailureKind.Unavailable, failure.Kind);
        Assert.Equal(
            $"{silo.Gateway()}: expected a silo with Silo:Tls, found one that ends a TLS handshake. For a cluster without TLS leave out --tls-cert, --tls-key and --tls-ca, or ClusterAddress.Tls.",
            failure.Message);
    }

    private static async Task AssertGoesOnAsync(SiloProcess silo)
    {
        await using var client = await MirroredClient.ConnectAsync(new ClusterAddress { Gateways = [silo.Gateway()] }, cancellationToken: Cancel);
        Assert.Empty(await client.ListAsync(Cancel));
    }
}
