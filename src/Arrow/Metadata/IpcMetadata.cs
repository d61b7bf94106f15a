using System.Buffers.Binary;
using System.Text;

namespace MirroredInfluence.Arrow;

/// <summary>Everything a file says about its rows: read and checked once, before anything of its bodies is touched.</summary>
internal sealed class IpcMetadata
{
    private const byte SchemaHeader = 1;
    private const byte DictionaryHeader = 2;
    private const byte RecordBatchHeader = 3;
    private const short Version4 = 3;
    private const short Version5 = 4;
    private const int BlockBytes = 24;
    private const int HeadersAhead = 16;

    private readonly MappedFile _file;
    private readonly List<RecordBatch> _recordBatches = [];
    private readonly List<DictionaryBatch> _dictionaryBatches = [];
    private readonly Dictionary<long, BatchLayout> _dictionaryLayouts = [];
    private readonly HashSet<long> _dictionariesSeen = [];
    private ArrowSchema? _schema;
    private BatchLayout _layout = new();

    private IpcMetadata(MappedFile file) => _file = file;

    public ArrowFormat Format { get; private set; }

    public ArrowSchema Schema => _schema!;

    public BatchLayout Layout => _layout;

    public IReadOnlyList<RecordBatch> RecordBatches => _recordBatches;

    public IReadOnlyList<DictionaryBatch> DictionaryBatches => _dictionaryBatches;

    public IReadOnlyDictionary<long, BatchLayout> DictionaryLayouts => _dictionaryLayouts;

    public long RowCount => _recordBatches.Count == 0 ? 0 : _recordBatches[^1].RowEnd;

    private static ReadOnlySpan<byte> Magic => "ARROW1"u8;

    public static IpcMetadata Read(MappedFile file)
    {
        var metadata = new IpcMetadata(file);
        Span<byte> start = stackalloc byte[(int)Math.Min(8, file.Length)];
        file.ReadMetadata(0, start);
        if (start.StartsWith(Magic))
            metadata.ReadFile();
        else
            metadata.ReadStream(start);
        return metadata;
    }

    private void ReadFile()
    {
        Format = ArrowFormat.File;
        const int tailBytes = 10;      // footer length, magic
        const int startBytes = 8;      // magic, padding
        Span<byte> tail = stackalloc byte[tailBytes];
        if (_file.Length >= startBytes + tailBytes)
            _file.ReadMetadata(_file.Length - tailBytes, tail);
        if (!tail[4..].SequenceEqual(Magic))
        {
            throw Failure.Data(
                $"{_file.Name}: the file starts as an Arrow file and does not end with ARROW1 after "
                + $"{_file.Length:N0} bytes; it is truncated or was never completed.");
        }

        var footerBytes = BinaryPrimitives.ReadInt32LittleEndian(tail);
        var footerStart = _file.Length - tailBytes - footerBytes;
        if (footerBytes <= 0 || footerStart < startBytes)
            throw Failure.Data($"{_file.Name}: the footer claims {footerBytes:N0} bytes in a file of {_file.Length:N0}.");

        var footer = ReadBuffer("footer", footerStart, footerBytes).Root();
        RequireVersion(footer);
        AdoptSchema(footer.Table(1) ?? throw footer.Buffer.Malformed("the footer has no schema"), footer.Int16(0));
        var unclaimedBytes = footerStart;
        ReadBlocks(footer.Vector(2, BlockBytes), DictionaryHeader, footerStart, ref unclaimedBytes);
        ReadBlocks(footer.Vector(3, BlockBytes), RecordBatchHeader, footerStart, ref unclaimedBytes);
    }

    private void ReadBlocks(FlatVector blocks, byte expectedHeader, long footerStart, ref long unclaimedBytes)
    {
        Span<byte> prefix = stackalloc byte[8];
        for (var blockIndex = 0; blockIndex < blocks.Count; blockIndex++)
        {
            for (var ahead = blockIndex == 0 ? 1 : HeadersAhead; ahead <= HeadersAhead && blockIndex + ahead < blocks.Count; ahead++)
                _file.ExpectMetadata(blocks.Int64(blockIndex + ahead));
            var offset = blocks.Int64(blockIndex);
            var headerBytes = blocks.Int32(blockIndex, 8);
            var bodyBytes = blocks.Int64(blockIndex, 16);
            var what = $"{(expectedHeader == RecordBatchHeader ? "record batch" : "dictionary batch")} {blockIndex}";
            var isPlaced = offset >= 0 && headerBytes >= 8 && bodyBytes >= 0
                && bodyBytes <= footerStart - headerBytes && offset <= footerStart - headerBytes - bodyBytes;
            if (!isPlaced)
            {
                throw Failure.Data(
                    $"{_file.Name}: the footer places {what} at byte {offset:N0} with {headerBytes:N0} + "
                    + $"{bodyBytes:N0} bytes; there are {footerStart:N0} before the footer.");
            }

            // Blocks that overlap would make a small file cost as much as a large one.
            unclaimedBytes -= headerBytes + bodyBytes;
            if (unclaimedBytes < 0)
            {
                throw Failure.Data(
                    $"{_file.Name}: {what} overlaps another: together they claim more than the {footerStart:N0} bytes before the footer.");
            }

            _file.ReadMetadata(offset, prefix);
            var prefixBytes = PrefixBytes(prefix);
            var messageBytes = BinaryPrimitives.ReadInt32LittleEndian(prefix[(prefixBytes - 4)..]);
            if (messageBytes <= 0 || messageBytes > headerBytes - prefixBytes)
                throw Failure.Data($"{_file.Name}: {what} claims {messageBytes:N0} bytes of metadata in a header of {headerBytes:N0}.");
            var message = ReadBuffer(what, offset + prefixBytes, messageBytes).Root();
            if (message.UInt8(1) != expectedHeader)
                throw message.Buffer.Malformed($"its header is of type {message.UInt8(1)}, not {expectedHeader}");
            if (message.Int64(3) != bodyBytes)
                throw message.Buffer.Malformed($"its body has {message.Int64(3):N0} bytes, {bodyBytes:N0} in the footer");
            AdoptMessage(message, offset, new BufferRange(offset + headerBytes, bodyBytes));
        }
    }

    private void ReadStream(ReadOnlySpan<byte> start)
    {
        Format = ArrowFormat.Stream;
        Span<byte> prefix = stackalloc byte[8];
        for (var offset = 0L; offset < _file.Length;)
        {
            var available = (int)Math.Min(8, _file.Length - offset);
            prefix.Clear();
            _file.ReadMetadata(offset, prefix[..available]);
            var prefixBytes = PrefixBytes(prefix);
            var messageBytes = BinaryPrimitives.ReadInt32LittleEndian(prefix[(prefixBytes - 4)..]);
            if (_schema is null && prefixBytes == 4 && (messageBytes <= 0 || messageBytes > _file.Length - prefixBytes))
                throw NotArrow(start);
            if (available < prefixBytes)
                throw Truncated(offset, prefixBytes);
            if (messageBytes == 0)
                break;
            var bodyStart = offset + prefixBytes + messageBytes;
            if (messageBytes < 0)
                throw Failure.Data($"{_file.Name}: the message at byte {offset:N0} claims {messageBytes:N0} bytes of metadata.");
            if (bodyStart > _file.Length)
                throw Truncated(offset, prefixBytes + messageBytes);

            var message = ReadBuffer($"message at byte {offset:N0}", offset + prefixBytes, messageBytes).Root();
            var bodyBytes = message.Int64(3);
            if (bodyBytes < 0)
                throw message.Buffer.Malformed($"its body has {bodyBytes:N0} bytes");
            if (bodyBytes > _file.Length - bodyStart)
                throw Truncated(offset, (Int128)prefixBytes + messageBytes + bodyBytes);
            AdoptMessage(message, offset, new BufferRange(bodyStart, bodyBytes));
            offset = bodyStart + bodyBytes;
        }

        if (_schema is null)
            throw Failure.Data($"{_file.Name}: the stream ends before its schema.");
    }

    /// <summary>4 before Arrow 0.15; since then a continuation marker of ones comes first.</summary>
    private static int PrefixBytes(ReadOnlySpan<byte> prefix) => BinaryPrimitives.ReadInt32LittleEndian(prefix) == -1 ? 8 : 4;

    private FlatBuffer ReadBuffer(string what, long offset, int lengthBytes)
    {
        var bytes = GC.AllocateUninitializedArray<byte>(lengthBytes);
        _file.ReadMetadata(offset, bytes);
        return new FlatBuffer(bytes, $"{_file.Name}: {what}");
    }

    private void AdoptMessage(FlatTable message, long offset, BufferRange body)
    {
        var type = message.UInt8(1);
        var header = message.Table(2) ?? throw message.Buffer.Malformed("the message has no header");
        if ((type == SchemaHeader) != _schema is null)
            throw message.Buffer.Malformed(_schema is null ? $"the first message is of type {type}, not a schema" : "a second schema");
        RequireVersion(message);
        var range = new BufferRange(offset, body.Offset + body.Length - offset);
        switch (type)
        {
            case SchemaHeader:
                AdoptSchema(header, message.Int16(0));
                break;
            case DictionaryHeader:
                AdoptDictionary(header, range, body);
                break;
            case RecordBatchHeader:
                _recordBatches.Add(RecordBatchReader.Read(header, _layout, RowCount, range, body));
                break;
            default:
                throw message.Buffer.Malformed($"messages of type {type} (tensors) are not rows");
        }
    }

    private static void RequireVersion(FlatTable versioned)
    {
        if (versioned.Int16(0) is not (Version4 or Version5))
        {
            throw Failure.Data(
                $"{versioned.Buffer.Where}: metadata version {versioned.Int16(0) + 1}; versions 4 and 5 (Arrow 0.8 and later) are read.");
        }
    }

    private void AdoptSchema(FlatTable table, short version)
    {
        _schema = SchemaReader.Read(table);
        var unionsHaveValidity = version == Version4;
        _layout = FieldLayout.OfSchema(_schema, unionsHaveValidity);
        foreach (var field in _schema.Fields)
            AdoptDictionaryLayouts(table.Buffer, field, unionsHaveValidity);
    }

    private void AdoptDictionaryLayouts(FlatBuffer buffer, ArrowField field, bool unionsHaveValidity)
    {
        if (field.DictionaryIndexKind is not null)
        {
            var known = _dictionaryLayouts.GetValueOrDefault(field.DictionaryId);
            var values = field with { DictionaryIndexKind = null };
            if (known is null)
            {
                _dictionaryLayouts.Add(field.DictionaryId, FieldLayout.OfDictionary(values, unionsHaveValidity));
            }
            else if (known.Fields[0].Field.TypeName != values.TypeName)
            {
                throw buffer.Malformed(
                    $"dictionary {field.DictionaryId} is {known.Fields[0].Field.TypeName} for one column, {values.TypeName} for another");
            }
        }

        foreach (var child in field.Children)
            AdoptDictionaryLayouts(buffer, child, unionsHaveValidity);
    }

    private void AdoptDictionary(FlatTable header, BufferRange message, BufferRange body)
    {
        var id = header.Int64(0);
        if (!_dictionaryLayouts.TryGetValue(id, out var valueLayout))
            throw header.Buffer.Malformed($"dictionary {id} belongs to no column");
        var data = header.Table(1) ?? throw header.Buffer.Malformed($"dictionary {id} has no values");
        var isDelta = header.Bool(2);
        if (!isDelta && !_dictionariesSeen.Add(id) && Format == ArrowFormat.File)
            throw header.Buffer.Malformed($"dictionary {id} is replaced, which only a stream may do");
        var values = RecordBatchReader.Read(data, valueLayout, 0, message, body);
        _dictionaryBatches.Add(new DictionaryBatch(id, isDelta, _recordBatches.Count, values));
    }

    private MirroredException Truncated(long offset, Int128 neededBytes) => Failure.Data(
        $"{_file.Name}: the message at byte {offset:N0} needs {neededBytes:N0} bytes and "
        + $"{_file.Length - offset:N0} are left; the file is truncated.");

    private MirroredException NotArrow(ReadOnlySpan<byte> start)
    {
        var found = start switch
        {
            _ when start.StartsWith("PAR1"u8) => "a Parquet file",
            _ when start.StartsWith("PK"u8) => "a zip, such as .npz",
            [0x93, .. var rest] when rest.StartsWith("NUMPY"u8) => "a NumPy array",
            _ when start.StartsWith("FEA1"u8) => "a Feather V1 file",
            _ when Magic.StartsWith(start) => "a truncated Arrow file",
            _ => $"bytes {Convert.ToHexStringLower(start)} ('{Printable(start)}')",
        };
        return Failure.Data($"{_file.Name}: found {found}; expected an Arrow IPC file (ARROW1) or stream. `mirrored import` makes one of .npy, .npz, IDX and CSV.");
    }

    private static string Printable(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        foreach (var value in bytes)
            text.Append(value is >= 0x20 and < 0x7f ? (char)value : '.');
        return text.ToString();
    }
}
