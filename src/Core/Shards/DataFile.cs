namespace MirroredInfluence;

/// <summary>An Arrow file of training or test rows.</summary>
public sealed record DataFile
{
    /// <summary>Absolute.</summary>
    [OutsideIdentity]
    public required string Uri { get; init; }

    /// <summary>SHA-256 of the rows as the run sees them, lower-case hex; not of the file (docs/decisions/0007).</summary>
    public required string Digest { get; init; }

    public required long RowCount { get; init; }
}
