using System.Net;
using System.Net.Sockets;

namespace MirroredInfluence.Silo;

/// <summary>Ports that another listens at. Orleans' sockets would share one with another silo, and clients reach either.</summary>
internal static class TakenPorts
{
    /// <exception cref="MirroredException">Invalid: names the setting whose port is taken, or whose address is none of this machine's.</exception>
    public static void Refuse(SiloSettings settings)
    {
        var address = settings.Clustering == ClusteringKind.Localhost ? IPAddress.Loopback : settings.EndPointAddress;
        Refuse(address, settings.SiloPort, nameof(settings.SiloPort));
        Refuse(address, settings.GatewayPort, nameof(settings.GatewayPort));
        Refuse(settings.Clustering == ClusteringKind.Localhost ? IPAddress.Loopback : IPAddress.Any, settings.HealthPort, nameof(settings.HealthPort));
    }

    private static void Refuse(IPAddress address, int port, string name)
    {
        using var listener = new TcpListener(address, port);
        try
        {
            listener.Start();
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressNotAvailable)
        {
            throw Failure.Invalid($"Silo:{nameof(SiloSettings.Address)}: found {address}, which is none of this machine's; expected the one at which other silos reach it.", exception);
        }
        catch (SocketException exception)
        {
            throw Failure.Invalid($"Silo:{name}: {address}:{port} cannot be listened at: {exception.Message.TrimEnd('.')}. Choose another port, or stop who has it.", exception);
        }
    }
}
