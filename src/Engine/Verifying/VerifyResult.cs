using System.Collections.Immutable;

namespace MirroredInfluence.Engine;

/// <summary>A finished run, checked.</summary>
public sealed record VerifyResult
{
    /// <summary>Merged anew from the parts; expected = scored + unscorable holds.</summary>
    public required RunResult Result { get; init; }

    /// <summary>The rows computed again.</summary>
    public required ImmutableArray<VerifiedRow> Rows { get; init; }

    public bool Agrees => Rows.All(row => row.Agrees);
}
