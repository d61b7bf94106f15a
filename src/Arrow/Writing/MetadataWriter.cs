namespace MirroredInfluence.Arrow;

/// <summary>Fields and record batches → metadata version 5 (Schema.fbs, Message.fbs, File.fbs). Slots are numbered as there.</summary>
internal static class MetadataWriter
{
    private const short Version5 = 4;

    public static byte[] SchemaMessage(IEnumerable<ArrowField> fields, IReadOnlyDictionary<string, string> metadata) =>
        Message(1, SchemaTable(fields, metadata), bodyBytes: 0);

    /// <param name="buffers">Offset in the body and length of each.</param>
    public static byte[] RecordBatchMessage(
        long rowCount,
        IReadOnlyList<FieldNode> nodes,
        IReadOnlyList<BufferRange> buffers,
        BodyCompression compression,
        long bodyBytes)
    {
        var header = new FlatTableWriter()
            .Add(0, rowCount)
            .Add(1, [.. nodes.SelectMany(node => new[] { node.Length, node.NullCount })], valuesPerElement: 2)
            .Add(2, [.. buffers.SelectMany(buffer => new[] { buffer.Offset, buffer.Length })], valuesPerElement: 2);
        if (compression != BodyCompression.None)
            header.Add(3, new FlatTableWriter().Add(0, compression == BodyCompression.Lz4Frame ? (byte)0 : (byte)1).Add(1, (byte)0));
        return Message(3, header, bodyBytes);
    }

    /// <param name="blocks">Offset, header bytes and body bytes of each record batch.</param>
    public static byte[] Footer(
        IEnumerable<ArrowField> fields,
        IReadOnlyDictionary<string, string> metadata,
        IEnumerable<(long Offset, int HeaderBytes, long BodyBytes)> blocks) =>
        new FlatTableWriter()
            .Add(0, Version5)
            .Add(1, SchemaTable(fields, metadata))
            .Add(2, [], valuesPerElement: 3)
            .Add(3, [.. blocks.SelectMany(block => new[] { block.Offset, block.HeaderBytes, block.BodyBytes })], valuesPerElement: 3)
            .ToBytes();

    private static byte[] Message(byte headerType, FlatTableWriter header, long bodyBytes) =>
        new FlatTableWriter().Add(0, Version5).Add(1, headerType).Add(2, header).Add(3, bodyBytes).ToBytes();

    private static FlatTableWriter SchemaTable(IEnumerable<ArrowField> fields, IReadOnlyDictionary<string, string> metadata)
    {
        var schema = new FlatTableWriter().Add(1, [.. fields.Select(FieldTable)]);
        return metadata.Count == 0 ? schema : schema.Add(2, Pairs(metadata));
    }

    private static FlatTableWriter FieldTable(ArrowField field)
    {
        var (code, type) = TypeTable(field);
        var table = new FlatTableWriter()
            .Add(0, field.Name)
            .Add(1, field.Nullable)
            .Add(2, code)
            .Add(3, type)
            .Add(5, [.. field.Children.Select(FieldTable)]);
        return field.Metadata.IsEmpty ? table : table.Add(6, Pairs(field.Metadata));
    }

    private static (byte Code, FlatTableWriter Table) TypeTable(ArrowField field)
    {
        var table = new FlatTableWriter();
        return field.Kind switch
        {
            ArrowKind.Bool => (6, table),
            >= ArrowKind.Int8 and <= ArrowKind.Int64 => (2, table.Add(0, 8 << (field.Kind - ArrowKind.Int8)).Add(1, true)),
            >= ArrowKind.UInt8 and <= ArrowKind.UInt64 => (2, table.Add(0, 8 << (field.Kind - ArrowKind.UInt8)).Add(1, false)),
            >= ArrowKind.Float16 and <= ArrowKind.Float64 => (3, table.Add(0, (short)(field.Kind - ArrowKind.Float16))),
            ArrowKind.Binary => (4, table),
            ArrowKind.Utf8 => (5, table),
            ArrowKind.FixedSizeList => (16, table.Add(0, field.Size)),
            _ => throw Failure.Internal($"column '{field.Name}': {field.TypeName} is not written."),
        };
    }

    private static FlatTableWriter[] Pairs(IReadOnlyDictionary<string, string> pairs) =>
    [
        .. pairs.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => new FlatTableWriter().Add(0, pair.Key).Add(1, pair.Value)),
    ];
}
