namespace MirroredInfluence.Silo;

/// <summary>PEM files, which may be replaced while the silo runs.</summary>
internal sealed record TlsSettings
{
    /// <summary>What this silo shows other silos and clients.</summary>
    public string Certificate { get; init; } = "";

    public string Key { get; init; } = "";

    /// <summary>Who signs silos.</summary>
    public string Authority { get; init; } = "";

    /// <summary>Who signs clients.</summary>
    public string ClientAuthority { get; init; } = "";
}
