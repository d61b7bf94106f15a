namespace MirroredInfluence.Arrow;

/// <summary>
/// One pass over rows [rowStart, rowEnd) of a file, in mini-batches aligned to multiples of their size in the file. Used by one thread.
/// Row pointers and reasons are valid until the next <see cref="MoveNext"/> or <see cref="Dispose"/>.
/// </summary>
public sealed class RowScan : IDisposable
{
    private readonly MappedFile _file;
    private readonly ColumnCursor[] _cursors;
    private readonly nint[][] _pointers;   // [column][row of the mini-batch]
    private readonly UnscorableReason[] _reasons;
    private readonly BodyQueue _bodies;
    private readonly Queue<BatchBody> _behind = new();      // bodies whose rows the mini-batch points at, but the current one
    private readonly long _rowEnd;
    private readonly int _miniBatchRows;
    private BatchBody? _current;
    private bool _isDisposed;

    /// <param name="rowEnd">Exclusive.</param>
    public RowScan(ArrowFile file, IReadOnlyList<ColumnBinding> columns, long rowStart, long rowEnd, int miniBatchRows)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rowStart);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rowStart, rowEnd);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rowEnd, file.RowCount);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(miniBatchRows);
        if (columns.Any(column => column.File != file))
            throw new ArgumentException("A column is bound to another file.", nameof(columns));

        _file = file.Mapped;
        _rowEnd = rowEnd;
        _miniBatchRows = miniBatchRows;
        RowStart = rowStart;
        _reasons = new UnscorableReason[miniBatchRows];
        _pointers = new nint[columns.Count][];
        _cursors = new ColumnCursor[columns.Count];
        var fields = new List<FieldLayout>();
        for (var columnIndex = 0; columnIndex < columns.Count; columnIndex++)
        {
            _pointers[columnIndex] = new nint[miniBatchRows];
            _cursors[columnIndex] = new ColumnCursor(columns[columnIndex], fields.Count, miniBatchRows);
            fields.AddRange(_cursors[columnIndex].Fields);
        }

        _file.Hold();
        try
        {
            _bodies = new BodyQueue(_file, file.Batches, [.. fields], rowStart, rowEnd);
        }
        catch
        {
            _file.LetGo();
            throw;
        }
    }

    /// <summary>First row of the current mini-batch, 0-based within the file.</summary>
    public long RowStart { get; private set; }

    /// <summary>Rows of the current mini-batch; fewer than its size only at the scan's two ends.</summary>
    public int RowCount { get; private set; }

    /// <summary>Why a row cannot be scored, shape [RowCount].</summary>
    public ReadOnlySpan<UnscorableReason> Reasons => _reasons.AsSpan(0, RowCount);

    /// <summary>Addresses of the rows' C-order tensor bytes, shape [RowCount], at any alignment; 0 where the row cannot be scored.</summary>
    public ReadOnlySpan<nint> RowPointers(int columnIndex) => _pointers[columnIndex].AsSpan(0, RowCount);

    public bool MoveNext()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        RowStart += RowCount;
        RowCount = (int)Math.Min(_miniBatchRows - (RowStart % _miniBatchRows), _rowEnd - RowStart);
        LeaveBehind();
        Array.Clear(_reasons);
        var allScorable = true;
        for (var filled = 0; filled < RowCount;)
        {
            var row = RowStart + filled;
            var body = BodyAt(row);
            var count = (int)Math.Min(RowCount - filled, body.Batch!.RowEnd - row);
            allScorable &= Point(body, row - body.Batch.RowStart, count, filled);
            filled += count;
        }

        if (!allScorable)
            ClearUnscorable();
        return RowCount > 0;
    }

    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        RowCount = 0;
        while (_behind.TryDequeue(out var body))
            _bodies.GiveBack(body);
        if (_current is not null)
            _bodies.GiveBack(_current);
        _bodies.Dispose();
        _file.LetGo();
    }

    private void LeaveBehind()
    {
        while (_behind.TryDequeue(out var body))
            _bodies.GiveBack(body);
        if (_current is not { Problem: null, Batch.Compression: BodyCompression.None })
            return;
        foreach (var cursor in _cursors)
            cursor.FollowPages(_file);
    }

    private BatchBody BodyAt(long row)
    {
        if (_current is not null && row < _current.Batch!.RowEnd)
            return _current;
        if (_current is not null)
            _behind.Enqueue(_current);
        _current = _bodies.Take();
        if (_current.Problem is null)
        {
            foreach (var cursor in _cursors)
                cursor.Enter(_current);
        }

        return _current;
    }

    private bool Point(BatchBody body, long row, int count, int slot)
    {
        if (body.Problem is not null)
        {
            _reasons.AsSpan(slot, count).Fill(UnscorableReason.CorruptRecordBatch);
            return false;
        }

        var allScorable = true;
        for (var columnIndex = 0; columnIndex < _cursors.Length; columnIndex++)
            allScorable &= _cursors[columnIndex].Point(row, count, slot, _pointers[columnIndex], _reasons);
        return allScorable;
    }

    private void ClearUnscorable()
    {
        for (var slot = 0; slot < RowCount; slot++)
        {
            if (_reasons[slot] == UnscorableReason.None)
                continue;
            foreach (var pointers in _pointers)
                pointers[slot] = 0;
        }
    }
}
