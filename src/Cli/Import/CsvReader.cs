namespace MirroredInfluence.Cli.Import;

/// <summary>
/// Records of an RFC 4180 file as UTF-8 bytes: fields may be quoted, quotes are doubled, quoted fields may hold line ends.
/// A quote inside an unquoted field is taken as it is; blank lines are passed over.
/// </summary>
internal sealed class CsvReader(string name, Stream content)
{
    /// <summary>A bound on what a quote that is never closed may allocate.</summary>
    private const int RecordBytesMax = 64 << 20;

    private readonly byte[] _block = new byte[64 << 10];
    private readonly List<int> _fieldEnds = [];
    private byte[] _record = new byte[1024];
    private int _recordBytes;
    private int _blockBytes;
    private int _blockOffset;
    private byte? _delimiter;
    private long _lineNumber = 1;

    public int FieldCount => _fieldEnds.Count;

    /// <summary>1-based line on which the current record starts.</summary>
    public long RecordLineNumber { get; private set; }

    public ReadOnlySpan<byte> Field(int index) => _record.AsSpan(.._fieldEnds[index])[(index == 0 ? 0 : _fieldEnds[index - 1])..];

    /// <summary>Moves to the next record; false at the end of the file.</summary>
    public bool MoveNext()
    {
        _delimiter ??= FindDelimiter();
        do
        {
            RecordLineNumber = _lineNumber;
            _recordBytes = 0;
            _fieldEnds.Clear();
            if (Peek() < 0)
                return false;
            while (ReadField())
            {
            }
        }
        while (FieldCount == 1 && _recordBytes == 0);

        return true;
    }

    /// <returns>True when another field of the same record follows.</returns>
    private bool ReadField()
    {
        if (Peek() == '"')
            ReadQuoted();
        while (true)
        {
            var next = Read();
            if (next == '\r' && Peek() == '\n')
                next = Read();
            if (next == '\n')
                _lineNumber++;
            if (next < 0 || next == '\n' || next == _delimiter)
            {
                _fieldEnds.Add(_recordBytes);
                return next == _delimiter;
            }

            Append((byte)next);
        }
    }

    private void ReadQuoted()
    {
        var startLine = _lineNumber;
        Read();
        while (true)
        {
            switch (Read())
            {
                case < 0:
                    throw Failure.Data($"{name}: the quote that opens a field on line {startLine:N0} is never closed.");
                case '"' when Peek() != '"':
                    if (Peek() is var after && after >= 0 && after != _delimiter && after is not ('\r' or '\n'))
                        throw Failure.Data($"{name}: line {_lineNumber:N0} goes on after a closing quote; a quote inside a quoted field is written twice.");
                    return;
                case '"':
                    Append((byte)Read());
                    break;
                case var next:
                    if (next == '\n')
                        _lineNumber++;
                    Append((byte)next);
                    break;
            }
        }
    }

    private void Append(byte value)
    {
        if (_recordBytes == RecordBytesMax)
            throw Failure.Data($"{name}: the record that starts on line {RecordLineNumber:N0} is larger than {RecordBytesMax >> 20} MiB; is a quote left open?");
        if (_recordBytes == _record.Length)
            Array.Resize(ref _record, 2 * _record.Length);
        _record[_recordBytes++] = value;
    }

    private int Peek() => _blockOffset < _blockBytes || FillBlock() ? _block[_blockOffset] : -1;

    private int Read() => _blockOffset < _blockBytes || FillBlock() ? _block[_blockOffset++] : -1;

    private bool FillBlock()
    {
        try
        {
            _blockBytes = content.ReadAtLeast(_block, _block.Length, throwOnEndOfStream: false);
        }
        catch (InvalidDataException e)
        {
            throw Failure.Data($"{name}: the compressed data are damaged after line {_lineNumber:N0} ({e.Message}). Fetch the file again.", e);
        }

        _blockOffset = 0;
        return _blockBytes > 0;
    }

    /// <summary>Passes over a byte-order mark, then takes the commonest of comma, semicolon and tab in the header.</summary>
    private byte FindDelimiter()
    {
        Peek();
        var head = _block.AsSpan(0, _blockBytes);
        if (head.StartsWith("\uFEFF"u8))
            _blockOffset = 3;

        var best = (byte)',';
        var bestCount = 0;
        foreach (var candidate in ",;\t"u8)
        {
            var count = CountInHeader(head, candidate);
            if (count > bestCount)
                (best, bestCount) = (candidate, count);
        }

        return best;
    }

    private static int CountInHeader(ReadOnlySpan<byte> head, byte candidate)
    {
        var count = 0;
        var isQuoted = false;
        foreach (var next in head)
        {
            if (next == '"')
                isQuoted = !isQuoted;
            else if (next == '\n' && !isQuoted)
                break;
            else if (next == candidate && !isQuoted)
                count++;
        }

        return count;
    }
}
