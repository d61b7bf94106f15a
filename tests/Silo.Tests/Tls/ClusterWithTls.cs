using System.Net;
using System.Net.Sockets;
using MirroredInfluence.Client;
using MirroredInfluence.Cluster.Tests;
using MirroredInfluence.Connections;

namespace MirroredInfluence.Silo.Tests.Tls;

/// <summary>Silos that let in who shows a certificate, shared by the tests of a class.</summary>
public sealed class ClusterWithTls : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<SiloProcess> _silos = [];

    public ClusterWithTls()
    {
        (SiloAuthority, ClientAuthority, Stranger) = (new Authority(_folder, "silos"), new Authority(_folder, "clients"), new Authority(_folder, "strangers"));
        Client = ClientAuthority.Issue("client", SiloAuthority, Authority.UsesOfAClient);
    }

    internal Authority SiloAuthority { get; }

    internal Authority ClientAuthority { get; }

    internal Authority Stranger { get; }

    internal SiloProcess First => _silos[0];

    internal TlsFiles Client { get; }

    internal TlsFiles SiloFiles { get; private set; } = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        for (var silo = 0; silo < 2; silo++)
        {
            var files = SiloAuthority.Issue($"silo-{silo}", SiloAuthority, Authority.UsesOfASilo);
            SiloFiles ??= files;
            _silos.Add(await LoopbackSilo.StartAsync(_folder.File("ledger"), _silos.FirstOrDefault(), Settings(files, ClientAuthority)));
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var silo in _silos)
            await silo.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>Waits for a line in the log of one of the silos: a grain may live on either.</summary>
    internal async Task LineOfAnyAsync(string pattern) => await await Task.WhenAny(_silos.Select(silo => silo.LineAsync(pattern)));

    internal static IEnumerable<(string, string)> Settings(TlsFiles files, Authority clients) =>
        [("Tls__Certificate", files.Certificate), ("Tls__Key", files.Key), ("Tls__Authority", files.Authority), ("Tls__ClientAuthority", clients.RootFile)];

    internal Task<MirroredClient> ConnectAsync(TlsFiles? files) =>
        MirroredClient.ConnectAsync(new ClusterAddress { Gateways = [.. _silos.Select(silo => silo.Gateway())], Tls = files }, cancellationToken: Cancel);

    internal static async Task<NetworkStream> OpenAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), Cancel);
        return new NetworkStream(socket, ownsSocket: true);
    }

    internal static async Task KnockAsync(int port, TlsFiles files)
    {
        await using var stream = await OpenAsync(port);
        await ClusterConnections.KnockAsync(stream, $"127.0.0.1:{port}", TlsCredentials.Open(files), Cancel);
    }
}
