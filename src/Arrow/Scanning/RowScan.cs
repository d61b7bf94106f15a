namespace MirroredInfluence.Arrow;

/// <summary>One pass over rows [rowStart, rowEnd) of a file, in mini-batches aligned to multiples of their size in the file.</summary>
public sealed class RowScan : IDisposable
{
    public RowScan(ArrowFile file, IReadOnlyList<ColumnBinding> columns, long rowStart, long rowEnd, int miniBatchRows)
    {
    }

    /// <summary>First row of the current mini-batch, 0-based within the file.</summary>
    public long RowStart => throw new NotSupportedException();

    /// <summary>Rows of the current mini-batch; fewer than its size only at the scan's two ends.</summary>
    public int RowCount => throw new NotSupportedException();

    /// <summary>Why a row cannot be scored, shape [RowCount].</summary>
    public ReadOnlySpan<UnscorableReason> Reasons => throw new NotSupportedException();

    public bool MoveNext() => throw new NotSupportedException();

    /// <summary>Addresses of the rows' C-order tensor bytes, shape [RowCount]; 0 where the row cannot be scored; at any alignment.</summary>
    public ReadOnlySpan<nint> RowPointers(int columnIndex) => throw new NotSupportedException();

    public void Dispose() => throw new NotSupportedException();
}
