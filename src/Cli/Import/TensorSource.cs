using System.Collections.Immutable;

namespace MirroredInfluence.Cli.Import;

/// <summary>Rows of one fixed size, one after another: the body of an IDX or npy file.</summary>
internal sealed class TensorSource : RowSource
{
    /// <summary>A bound on what one declared row may allocate.</summary>
    public const int RowBytesMax = 256 << 20;

    private readonly Stream _body;
    private readonly SourceColumn _column;
    private readonly bool _isBigEndian;
    private readonly int _rowBytes;
    private readonly byte[] _skipped = new byte[16 << 10];
    private long _rowIndex;

    /// <param name="body">At the first row.</param>
    /// <param name="shape">Of the whole array: rows first.</param>
    public TensorSource(string name, Stream body, string columnName, ElementType dtype, ImmutableArray<long> shape, bool isBigEndian)
    {
        if (shape.IsEmpty)
            throw Failure.Data($"{name}: holds a single value; expected an array whose first dimension is the rows.");

        long bytes = dtype.SizeBytes();
        foreach (var size in shape.AsSpan()[1..])
        {
            if (size <= 0 || size > RowBytesMax / bytes)
                throw Failure.Data($"{name}: shape [{string.Join(", ", shape)}] {dtype.Name()} makes rows that are empty or larger than {RowBytesMax >> 20} MiB.");
            bytes *= size;
        }

        if (shape[0] > long.MaxValue / bytes)
            throw Failure.Data($"{name}: shape [{string.Join(", ", shape)}] {dtype.Name()} is larger than any file.");

        Name = name;
        _body = body;
        _isBigEndian = isBigEndian;
        _rowBytes = (int)bytes;
        RowCount = shape[0];
        _column = new SourceColumn(columnName, dtype, [.. shape.AsSpan()[1..].ToArray().Select(size => (int)size)]);
        Columns = [_column];
    }

    public override string Name { get; }

    public override IReadOnlyList<SourceColumn> Columns { get; }

    public override long RowCount { get; }

    /// <summary>Bytes of all rows.</summary>
    public long BodyBytes => RowCount * _rowBytes;

    public override void ReadRow()
    {
        var value = _column.SetValue(_rowBytes);
        Fill(value);
        _rowIndex++;
        if (_isBigEndian)
            ReverseElements(value, _column.Dtype!.Value.SizeBytes());
    }

    public override void SkipRows(long rowCount)
    {
        if (_body.CanSeek)
            _body.Seek(rowCount * _rowBytes, SeekOrigin.Current);
        else
            Discard(rowCount * _rowBytes);
        _rowIndex += rowCount;
    }

    private void Fill(Span<byte> destination)
    {
        try
        {
            _body.ReadExactly(destination);
        }
        catch (EndOfStreamException e)
        {
            throw Failure.Data($"{Name}: ends within row {_rowIndex:N0}; its header promises {RowCount:N0} rows of {_rowBytes:N0} bytes. Fetch the file again.", e);
        }
        catch (InvalidDataException e)
        {
            throw Failure.Data($"{Name}: the compressed data are damaged in or after row {_rowIndex:N0} ({e.Message}). Fetch the file again.", e);
        }
    }

    private void Discard(long bytes)
    {
        for (; bytes > 0; bytes -= Math.Min(bytes, _skipped.Length))
            Fill(_skipped.AsSpan(0, (int)Math.Min(bytes, _skipped.Length)));
    }

    private static void ReverseElements(Span<byte> elements, int elementBytes)
    {
        if (elementBytes == 1)
            return;
        for (var start = 0; start < elements.Length; start += elementBytes)
            elements.Slice(start, elementBytes).Reverse();
    }
}
