using System.Buffers.Binary;

namespace MirroredInfluence.Arrow;

/// <summary>
/// Writes an IPC file or stream, one record batch at a time: append rows to the columns, then <see cref="WriteBatch"/>.
/// The same rows give the same bytes; bodies and buffers are aligned to 64 bytes.
/// Without <see cref="Complete"/> a file has no footer and every reader refuses it.
/// </summary>
public sealed class ArrowWriter
{
    private const int Alignment = 64;
    private const int PrefixBytes = 8;     // continuation marker, metadata bytes

    private readonly Stream _destination;
    private readonly ColumnWriter[] _columns;
    private readonly ArrowFormat _format;
    private readonly BodyCompression _compression;
    private readonly IReadOnlyDictionary<string, string> _metadata;
    private readonly List<(long Offset, int HeaderBytes, long BodyBytes)> _blocks = [];
    private long _position;

    /// <param name="destination">Stays open; never sought in.</param>
    public ArrowWriter(
        Stream destination,
        IReadOnlyList<ColumnWriter> columns,
        ArrowFormat format = ArrowFormat.File,
        BodyCompression compression = BodyCompression.None,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        _destination = destination;
        _columns = [.. columns];
        _format = format;
        _compression = compression;
        _metadata = metadata ?? new Dictionary<string, string>();
        if (format == ArrowFormat.File)
            Write("ARROW1\0\0"u8);
        WriteMessage(MetadataWriter.SchemaMessage(_columns.Select(column => column.Field), _metadata));
    }

    /// <summary>Writes the appended rows, if any, as one record batch and empties the columns.</summary>
    /// <exception cref="InvalidOperationException">The columns have different numbers of rows.</exception>
    public void WriteBatch()
    {
        var rowCount = _columns[0].RowCount;
        if (_columns.FirstOrDefault(column => column.RowCount != rowCount) is { } other)
        {
            throw new InvalidOperationException(
                $"Column '{other.Field.Name}' has {other.RowCount:N0} rows, not {rowCount:N0}.");
        }

        if (rowCount == 0)
            return;

        var nodes = new List<FieldNode>();
        var buffers = new List<ReadOnlyMemory<byte>>();
        foreach (var column in _columns)
            column.Collect(nodes, buffers);
        ReadOnlyMemory<byte>[] stored = [.. buffers.Select(buffer => BodyEncoder.Encode(buffer, _compression))];
        var ranges = new List<BufferRange>();
        var bodyBytes = 0L;
        foreach (var buffer in stored)
        {
            ranges.Add(new BufferRange(bodyBytes, buffer.Length));
            bodyBytes += Aligned(buffer.Length);
        }

        var start = _position;
        WriteMessage(MetadataWriter.RecordBatchMessage(rowCount, nodes, ranges, _compression, bodyBytes));
        _blocks.Add((start, (int)(_position - start), bodyBytes));
        foreach (var buffer in stored)
        {
            Write(buffer.Span);
            Pad();
        }

        foreach (var column in _columns)
            column.Clear();
    }

    /// <summary>Writes appended rows, if any, and the end of the file or stream.</summary>
    public void Complete()
    {
        WriteBatch();
        WritePrefix(0);
        if (_format == ArrowFormat.Stream)
            return;
        var footer = MetadataWriter.Footer(_columns.Select(column => column.Field), _metadata, _blocks);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, footer.Length);
        Write(footer);
        Write(length);
        Write("ARROW1"u8);
    }

    /// <summary>Padded, as part of the metadata, so that the body that follows is aligned.</summary>
    private void WriteMessage(byte[] metadata)
    {
        WritePrefix((int)(Aligned(_position + PrefixBytes + metadata.Length) - _position - PrefixBytes));
        Write(metadata);
        Pad();
    }

    private void WritePrefix(int metadataBytes)
    {
        Span<byte> prefix = stackalloc byte[PrefixBytes];
        BinaryPrimitives.WriteInt32LittleEndian(prefix, -1);
        BinaryPrimitives.WriteInt32LittleEndian(prefix[4..], metadataBytes);
        Write(prefix);
    }

    private void Pad()
    {
        Span<byte> zeros = stackalloc byte[Alignment];
        zeros.Clear();
        Write(zeros[..(int)(Aligned(_position) - _position)]);
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        _destination.Write(bytes);
        _position += bytes.Length;
    }

    private static long Aligned(long position) => (position + Alignment - 1) / Alignment * Alignment;
}
