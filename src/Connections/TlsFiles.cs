namespace MirroredInfluence.Connections;

/// <summary>What one side of mutual TLS shows and whom it trusts: PEM files. Once they are replaced on the disk, the new ones serve the next connection.</summary>
public sealed record TlsFiles
{
    /// <summary>The certificate that is shown, followed by those between it and its authority, if there are any.</summary>
    public required string Certificate { get; init; }

    /// <summary>Its private key, not encrypted.</summary>
    public required string Key { get; init; }

    /// <summary>Root certificates. Whoever shows a certificate that goes back to one of them is trusted, whatever its name.</summary>
    public required string Authority { get; init; }
}
