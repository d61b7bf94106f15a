namespace MirroredInfluence.Arrow;

/// <summary>Rows of one column that wait for the next record batch of an <see cref="ArrowWriter"/>.</summary>
public abstract class ColumnWriter
{
    private readonly BitBuffer _validity = new();

    private protected ColumnWriter(ArrowField field) => Field = field;

    public ArrowField Field { get; }

    /// <summary>Rows appended since the last record batch.</summary>
    public int RowCount => _validity.Count;

    /// <exception cref="InvalidOperationException">The field is not nullable.</exception>
    public void AppendNull()
    {
        if (!Field.Nullable)
            throw new InvalidOperationException($"Column '{Field.Name}' was declared without nulls.");
        AppendEmpty();
        _validity.Append(false);
    }

    /// <summary>Adds the nodes and buffers of the waiting rows, in the order of the format.</summary>
    internal void Collect(List<FieldNode> nodes, List<ReadOnlyMemory<byte>> buffers)
    {
        nodes.Add(new FieldNode(RowCount, _validity.ZeroCount));
        buffers.Add(_validity.ZeroCount == 0 ? default : _validity.Bytes);
        CollectValues(nodes, buffers);
    }

    internal void Clear()
    {
        _validity.Clear();
        ClearValues();
    }

    private protected void CountRow() => _validity.Append(true);

    private protected abstract void AppendEmpty();

    private protected abstract void CollectValues(List<FieldNode> nodes, List<ReadOnlyMemory<byte>> buffers);

    private protected abstract void ClearValues();
}
