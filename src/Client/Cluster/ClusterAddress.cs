using MirroredInfluence.Connections;

namespace MirroredInfluence.Client;

/// <summary>Where a cluster is.</summary>
public sealed record ClusterAddress
{
    /// <summary>Host names or addresses of silos with their gateway ports, such as <c>silo.example:30000</c>. One that answers is enough; a name may stand for many.</summary>
    public required IReadOnlyList<string> Gateways { get; init; }

    /// <summary>As the silos say.</summary>
    public string ClusterId { get; init; } = "mirrored";

    /// <summary>As the silos say.</summary>
    public string ServiceId { get; init; } = "mirrored";

    /// <summary>The program's certificate and its key, and the authority that signs the silos. Null for a cluster without TLS.</summary>
    public TlsFiles? Tls { get; init; }
}
