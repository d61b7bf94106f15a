using System.Buffers.Binary;

namespace MirroredInfluence.Arrow.Tests;

/// <summary>Lays out IPC files and streams of any type and age: its own encoding of the schema, so that reader and writer are not checked against themselves alone.</summary>
internal sealed class TestFile
{
    private readonly List<byte> _bytes = [];
    private readonly List<long> _dictionaryBlocks = [];
    private readonly List<long> _recordBatchBlocks = [];
    private readonly IReadOnlyList<ArrowField> _fields;

    public TestFile(IReadOnlyList<ArrowField> fields) => _fields = fields;

    public ArrowFormat Format { get; init; } = ArrowFormat.Stream;

    public short Version { get; init; } = 4;

    /// <summary>As before Arrow 0.15: no continuation markers.</summary>
    public bool IsLegacy { get; init; }

    public bool IsBigEndian { get; init; }

    public BodyCompression Compression { get; init; }

    public static ArrowFile Open(params TestArray[] columns) => Of(columns).Parse();

    public static TestFile Of(params TestArray[] columns) => new TestFile([.. columns.Select(column => column.Field)]).Add(columns);

    public TestFile Add(params TestArray[] columns) => Add(columns[0].Length, columns);

    public TestFile Add(long rowCount, params TestArray[] columns)
    {
        Start();
        _recordBatchBlocks.AddRange(Message(3, RecordBatch(rowCount, columns, out var body), body));
        return this;
    }

    public TestFile AddDictionary(long id, bool isDelta, TestArray values)
    {
        Start();
        var header = new FlatTableWriter().Add(0, id).Add(1, RecordBatch(values.Length, [values], out var body)).Add(2, isDelta);
        _dictionaryBlocks.AddRange(Message(2, header, body));
        return this;
    }

    public ArrowFile Parse() => ArrowFile.Parse(ToBytes(), "test.arrow");

    public byte[] ToBytes()
    {
        Start();
        var bytes = new List<byte>(_bytes);
        if (!IsLegacy)
            bytes.AddRange(Int(-1));
        bytes.AddRange(Int(0));
        if (Format == ArrowFormat.Stream)
            return [.. bytes];
        var footer = new FlatTableWriter()
            .Add(0, Version)
            .Add(1, Schema())
            .Add(2, [.. _dictionaryBlocks], 3)
            .Add(3, [.. _recordBatchBlocks], 3)
            .ToBytes();
        return [.. bytes, .. footer, .. Int(footer.Length), .. "ARROW1"u8];
    }

    private static byte[] Int(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static FlatTableWriter FieldTable(ArrowField field)
    {
        var (code, type) = TypeTable(field.Kind, field.Size);
        var table = new FlatTableWriter().Add(0, field.Name).Add(1, field.Nullable).Add(2, code).Add(3, type)
            .Add(5, [.. field.Children.Select(FieldTable)])
            .Add(6, [.. field.Metadata.Select(pair => new FlatTableWriter().Add(0, pair.Key).Add(1, pair.Value))]);
        return field.DictionaryIndexKind is { } index
            ? table.Add(4, new FlatTableWriter().Add(0, field.DictionaryId).Add(1, TypeTable(index, 0).Type))
            : table;
    }

    private static (byte Code, FlatTableWriter Type) TypeTable(ArrowKind kind, int size)
    {
        var table = new FlatTableWriter();
        return kind switch
        {
            ArrowKind.Null => (1, table),
            ArrowKind.Int8 => (2, table.Add(0, 8).Add(1, true)),
            ArrowKind.Int16 => (2, table.Add(0, 16).Add(1, true)),
            ArrowKind.Int32 => (2, table.Add(0, 32).Add(1, true)),
            ArrowKind.Int64 => (2, table.Add(0, 64).Add(1, true)),
            ArrowKind.UInt8 => (2, table.Add(0, 8)),
            ArrowKind.UInt16 => (2, table.Add(0, 16)),
            ArrowKind.UInt32 => (2, table.Add(0, 32)),
            ArrowKind.UInt64 => (2, table.Add(0, 64)),
            ArrowKind.Float16 => (3, table),
            ArrowKind.Float32 => (3, table.Add(0, (short)1)),
            ArrowKind.Float64 => (3, table.Add(0, (short)2)),
            ArrowKind.Binary => (4, table),
            ArrowKind.Utf8 => (5, table),
            ArrowKind.Bool => (6, table),
            ArrowKind.Decimal => (7, table.Add(2, size)),
            ArrowKind.Date => (8, table),
            ArrowKind.Time => (9, table.Add(1, size)),
            ArrowKind.Timestamp => (10, table),
            ArrowKind.Interval => (11, table),
            ArrowKind.List => (12, table),
            ArrowKind.Struct => (13, table),
            ArrowKind.SparseUnion => (14, table),
            ArrowKind.DenseUnion => (14, table.Add(0, (short)1)),
            ArrowKind.FixedSizeBinary => (15, table.Add(0, size)),
            ArrowKind.FixedSizeList => (16, table.Add(0, size)),
            ArrowKind.Map => (17, table),
            ArrowKind.Duration => (18, table),
            ArrowKind.LargeBinary => (19, table),
            ArrowKind.LargeUtf8 => (20, table),
            ArrowKind.LargeList => (21, table),
            ArrowKind.RunEndEncoded => (22, table),
            ArrowKind.BinaryView => (23, table),
            ArrowKind.Utf8View => (24, table),
            ArrowKind.ListView => (25, table),
            _ => (26, table),
        };
    }

    private void Start()
    {
        if (_bytes.Count > 0)
            return;
        if (Format == ArrowFormat.File)
            _bytes.AddRange("ARROW1\0\0"u8);
        Message(1, Schema(), []);
    }

    private FlatTableWriter Schema() =>
        new FlatTableWriter().Add(0, IsBigEndian ? (short)1 : (short)0).Add(1, [.. _fields.Select(FieldTable)]);

    private FlatTableWriter RecordBatch(long rowCount, TestArray[] columns, out byte[] body)
    {
        var nodes = new List<FieldNode>();
        var buffers = new List<ReadOnlyMemory<byte>>();
        foreach (var column in columns)
            column.Collect(nodes, buffers);
        var bytes = new List<byte>();
        var ranges = new List<long>();
        foreach (var buffer in buffers)
        {
            var stored = BodyEncoder.Encode(buffer, Compression);
            ranges.AddRange([bytes.Count, stored.Length]);
            bytes.AddRange(stored.Span);
            bytes.AddRange(new byte[(8 - (bytes.Count % 8)) % 8]);
        }

        body = [.. bytes];
        var header = new FlatTableWriter()
            .Add(0, rowCount)
            .Add(1, [.. nodes.SelectMany(node => new[] { node.Length, node.NullCount })], 2)
            .Add(2, [.. ranges], 2);
        if (Compression != BodyCompression.None)
            header.Add(3, new FlatTableWriter().Add(0, (byte)(Compression == BodyCompression.Zstd ? 1 : 0)));
        var views = _fields.Count(field => field.Kind is ArrowKind.Utf8View or ArrowKind.BinaryView);
        return views == 0 ? header : header.Add(4, [.. Enumerable.Repeat(1L, views)], 1);
    }

    private long[] Message(byte type, FlatTableWriter header, byte[] body)
    {
        var metadata = new FlatTableWriter().Add(0, Version).Add(1, type).Add(2, header).Add(3, (long)body.Length).ToBytes();
        var start = _bytes.Count;
        var prefixBytes = IsLegacy ? 4 : 8;
        var padding = (8 - ((start + prefixBytes + metadata.Length) % 8)) % 8;
        if (!IsLegacy)
            _bytes.AddRange(Int(-1));
        _bytes.AddRange([.. Int(metadata.Length + padding), .. metadata, .. new byte[padding]]);
        var headerBytes = _bytes.Count - start;
        _bytes.AddRange(body);
        return [start, headerBytes, body.Length];
    }
}
