namespace MirroredInfluence;

/// <summary>The base model θ̂: a TorchScript archive whose <c>forward</c> returns the per-row loss, float32 [B], unreduced.</summary>
public sealed record ModelSpec
{
    /// <summary>Path of the archive.</summary>
    public required string Uri { get; init; }

    /// <summary>
    /// SHA-256 of the archive, lower-case hex. A TorchScript file is code: when given, another file is refused.
    /// When absent, the local path the user passed is trusted, and run.json records its digest.
    /// </summary>
    public string? Sha256 { get; init; }
}
