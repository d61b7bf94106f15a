namespace MirroredInfluence;

/// <summary>An Arrow file of training or test rows.</summary>
public sealed record DataFile
{
    /// <summary>Absolute.</summary>
    [OutsideIdentity]
    public required string Uri { get; init; }

    /// <summary>SHA-256 of the whole file, lower-case hex.</summary>
    public required string Digest { get; init; }

    public required long RowCount { get; init; }
}
