namespace MirroredInfluence.Arrow;

/// <summary>Rows of one column that wait for the next record batch of an <see cref="ArrowWriter"/>.</summary>
public abstract class ColumnWriter
{
    private protected ColumnWriter()
    {
    }

    public ArrowField Field => throw new NotSupportedException();

    /// <summary>Rows appended since the last record batch.</summary>
    public int RowCount => throw new NotSupportedException();

    /// <summary>Only where the field is nullable.</summary>
    public void AppendNull() => throw new NotSupportedException();
}
