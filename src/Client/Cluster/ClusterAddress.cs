using System.Globalization;
using System.Net;
using MirroredInfluence.Connections;

namespace MirroredInfluence.Client;

/// <summary>Where a cluster is.</summary>
public sealed record ClusterAddress
{
    public const string DefaultClusterId = "mirrored";

    /// <summary>Host names or addresses of silos with their gateway ports, such as <c>silo.example:30000</c>. One that answers is enough; a name may stand for many.</summary>
    public required IReadOnlyList<string> Gateways { get; init; }

    /// <summary>As the silos say.</summary>
    public string ClusterId { get; init; } = DefaultClusterId;

    /// <summary>As the silos say.</summary>
    public string ServiceId { get; init; } = "mirrored";

    /// <summary>The program's certificate and its key, and the authority that signs the silos. Null for a cluster without TLS.</summary>
    public TlsFiles? Tls { get; init; }

    /// <param name="gateways">As <see cref="Gateways"/>.</param>
    /// <param name="source">What messages call the list: where a user gave it.</param>
    /// <exception cref="MirroredException">Invalid: one is not a host and a port, or there is none.</exception>
    internal static IReadOnlyList<DnsEndPoint> ParseGateways(IReadOnlyList<string> gateways, string source)
    {
        const string Expected = "expected a host and a port, such as silo.example:30000";
        return gateways.Count > 0 ? [.. gateways.Select(Parse)] : throw Failure.Invalid($"{source}: found no gateway; {Expected}.");

        DnsEndPoint Parse(string gateway) =>
            gateway.LastIndexOf(':') is > 0 and var colon
            && Uri.CheckHostName(gateway[..colon]) != UriHostNameType.Unknown
            && ushort.TryParse(gateway.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && port > 0
                ? new DnsEndPoint(gateway[..colon], port)
                : throw Failure.Invalid($"{source}: found '{gateway}'; {Expected}.");
    }
}
