using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace MirroredInfluence;

/// <summary>The base model θ̂: a TorchScript archive whose <c>forward</c> returns the per-row loss, float32 [B], unreduced.</summary>
public sealed record ModelSpec
{
    [Description("Path of the TorchScript archive.")]
    public required string Uri { get; init; }

    [Description("SHA-256 of the archive. A TorchScript file is code: when given, another file is refused; when absent, the path is trusted and run.json records its digest.")]
    [RegularExpression("[0-9a-f]{64}", ErrorMessage = "64 lower-case hex digits")]
    public string? Sha256 { get; init; }
}
