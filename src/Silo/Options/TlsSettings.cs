using System.ComponentModel;

namespace MirroredInfluence.Silo;

/// <summary>PEM files, which may be replaced while the silo runs.</summary>
internal sealed record TlsSettings
{
    [Description("What this silo shows other silos and clients: a certificate, PEM.")]
    public string Certificate { get; init; } = "";

    [Description("Its private key, PEM.")]
    public string Key { get; init; } = "";

    [Description("Root certificates of who signs silos, PEM.")]
    public string Authority { get; init; } = "";

    [Description("Root certificates of who signs clients, PEM; another authority.")]
    public string ClientAuthority { get; init; } = "";
}
