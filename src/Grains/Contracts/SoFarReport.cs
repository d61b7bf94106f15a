namespace MirroredInfluence.Grains;

/// <summary>What a run has found so far.</summary>
[GenerateSerializer]
[Alias("MirroredInfluence.SoFarReport")]
public sealed record SoFarReport
{
    /// <summary>False when it takes longer than a call: the next call goes on waiting.</summary>
    [Id(0)]
    public required bool IsMade { get; init; }

    /// <summary>Zipped (RFC 1952) bytes of a result.json of the shards that are scored; null before the first.</summary>
    [Id(1)]
    public byte[]? Json { get; init; }
}
