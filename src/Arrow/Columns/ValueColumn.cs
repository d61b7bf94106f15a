namespace MirroredInfluence.Arrow;

/// <summary>Values of a column by row: ids, groups, captions, pictures. Made by <see cref="ArrowFile.BindValue"/>.</summary>
public sealed class ValueColumn
{
    internal ValueColumn()
    {
    }

    public string ColumnPath => throw new NotSupportedException();

    /// <summary>False when the row cannot be decoded: a corrupt record batch, offsets out of range, text that is not UTF-8.</summary>
    public bool TryGet(long row, out RowValue value) => throw new NotSupportedException();

    /// <exception cref="MirroredException">Data: the row cannot be decoded.</exception>
    public RowValue Get(long row) => throw new NotSupportedException();
}
