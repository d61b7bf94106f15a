using System.Net;
using System.Net.Sockets;

namespace MirroredInfluence.Testing;

/// <summary>
/// Ports of this machine that nobody listens at now, for programs that must be told theirs. Below those that Linux gives to outgoing connections
/// (net.ipv4.ip_local_port_range), one of which may have the port before the program has.
/// </summary>
internal static class FreePorts
{
    private const int First = 20_000, End = 32_768;

    public static int Take() => Take(1)[0];

    public static int[] Take(int count)
    {
        var ports = new HashSet<int>();
        while (ports.Count < count)
        {
            var port = Random.Shared.Next(First, End);
            if (IsFree(port))
                ports.Add(port);
        }

        return [.. ports];
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Any, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
