namespace MirroredInfluence.Arrow;

/// <summary>A record batch, or a batch of dictionary values, whose header was checked against its layout and its file.</summary>
internal sealed class RecordBatch
{
    /// <summary>First row, 0-based within the file (for a dictionary: 0).</summary>
    public required long RowStart { get; init; }

    public required long RowCount { get; init; }

    /// <summary>Exclusive.</summary>
    public long RowEnd => RowStart + RowCount;

    /// <summary>Header and body, from the start of the file.</summary>
    public required BufferRange Message { get; init; }

    public required long BodyBytes { get; init; }

    public required BodyCompression Compression { get; init; }

    public required FieldNode[] Nodes { get; init; }

    public required BufferRange[] Buffers { get; init; }

    public required int[] VariadicCounts { get; init; }
}
