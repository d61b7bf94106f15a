namespace MirroredInfluence.Arrow;

/// <summary>Values of any length: what text and binary columns share.</summary>
public abstract class VariableColumnWriter : ColumnWriter
{
    private readonly OffsetBuffer _values;

    private protected VariableColumnWriter(string name, ArrowKind kind, bool nullable)
        : base(new ArrowField { Name = name, Kind = kind, Nullable = nullable }) =>
        _values = new OffsetBuffer(name);

    private protected void AppendBytes(ReadOnlySpan<byte> value)
    {
        _values.Append(value);
        CountRow();
    }

    private protected override void AppendEmpty() => _values.Append([]);

    private protected override void CollectValues(List<FieldNode> nodes, List<ReadOnlyMemory<byte>> buffers) =>
        buffers.AddRange([_values.Offsets, _values.Content]);

    private protected override void ClearValues() => _values.Clear();
}
