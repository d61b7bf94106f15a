using MirroredInfluence.Connections;
using Orleans.Configuration;

namespace MirroredInfluence.Silo;

/// <summary>Who gets in: with TLS, silos at one port and clients at the other.</summary>
internal static class SiloConnections
{
    private const string SiloPort = "silo port", Gateway = "gateway";

    /// <exception cref="MirroredException">Invalid: files that cannot be read, a certificate that other silos would refuse, or one authority for silos and clients.</exception>
    public static void GuardConnections(this ISiloBuilder silo, TlsSettings? tls)
    {
        if (tls is not null)
            silo.RequireTls(tls);
        silo.Configure<SiloConnectionOptions>(connections =>
        {
            connections.ConfigureSiloInboundConnection(connection => connection.LogFaults(SiloPort));
            connections.ConfigureGatewayInboundConnection(connection => connection.LogFaults(Gateway));
        });
        silo.AddIncomingGrainCallFilter<RefusedCalls>();
    }

    private static void RequireTls(this ISiloBuilder silo, TlsSettings tls)
    {
        var files = new TlsFiles { Certificate = tls.Certificate, Key = tls.Key, Authority = tls.Authority };
        var (silos, clients) = (TlsCredentials.Open(files), TlsCredentials.Open(files with { Authority = tls.ClientAuthority }));
        silos.RefuseUnlessTrusted();
        silos.RefuseSharedRoots(clients);
        silo.Configure<SiloConnectionOptions>(connections =>
        {
            connections.ConfigureSiloInboundConnection(connection => connection.RequireTls(silos, SiloPort));
            connections.ConfigureSiloOutboundConnection(connection => connection.UseTls(silos));
            connections.ConfigureGatewayInboundConnection(connection => connection.RequireTls(clients, Gateway));
        });
    }
}
