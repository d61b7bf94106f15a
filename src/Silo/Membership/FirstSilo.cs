using System.Net;
using System.Net.Sockets;

namespace MirroredInfluence.Silo;

/// <summary>On localhost, the silo whose memory holds the membership: without it Orleans waits for ever, and does not say for whom.</summary>
internal static class FirstSilo
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <param name="patience">Silos may be started at the same time.</param>
    /// <exception cref="MirroredException">Unavailable: it is not there.</exception>
    public static async Task AwaitAsync(SiloSettings settings, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        if (settings.FirstSiloPort is not { } port || port == settings.SiloPort)
            return;

        for (var since = time.GetTimestamp(); !await ListensAsync(port, cancellationToken); await Task.Delay(Interval, time, cancellationToken))
        {
            if (time.GetElapsedTime(since) > patience)
            {
                throw Failure.Unavailable(
                    $"Silo:{nameof(settings.FirstSiloPort)}: nobody listens at {IPAddress.Loopback}:{port} after {patience.TotalSeconds:F0} s; expected the first silo of the cluster, whose "
                    + $"{nameof(settings.SiloPort)} it is. Start that one, or leave {nameof(settings.FirstSiloPort)} out for a silo that begins a cluster.");
            }
        }
    }

    private static async Task<bool> ListensAsync(int port, CancellationToken cancellationToken)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
