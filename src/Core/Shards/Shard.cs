namespace MirroredInfluence;

/// <summary>
/// The unit of work and of commit: a half-open range of the training rows of one file.
/// Invariant: ranges of a file start at multiples of the run's mini-batch size, so that a row's mini-batch
/// depends on its place in the file alone and never on how the file was cut (docs/decisions/0002).
/// </summary>
public sealed record Shard
{
    /// <summary>0-based place in the plan.</summary>
    public required int ShardIndex { get; init; }

    /// <summary>0-based place of the file in the plan's order of files.</summary>
    public required int FileIndex { get; init; }

    /// <summary>The file, absolute.</summary>
    public required string Uri { get; init; }

    /// <summary><see cref="DataFile.Digest"/> of the file.</summary>
    public required string FileDigest { get; init; }

    /// <summary>Training rows in the files before this one: file row r is training row FileRowOffset + r of the whole set.</summary>
    public required long FileRowOffset { get; init; }

    /// <summary>Rows in the whole file.</summary>
    public required long FileRowCount { get; init; }

    /// <summary>First row, 0-based within the file, inclusive.</summary>
    public required long RowStart { get; init; }

    public required int RowCount
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            field = value;
        }
    }

    /// <summary>Exclusive.</summary>
    public long RowEnd => checked(RowStart + RowCount);
}
