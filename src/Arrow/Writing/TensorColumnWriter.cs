using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace MirroredInfluence.Arrow;

/// <summary>Numbers or bools, one per row or a fixed shape per row: <c>[28, 28]</c> is stored as nested fixed-size lists.</summary>
public sealed class TensorColumnWriter : ColumnWriter
{
    private readonly ElementType _element;
    private readonly ImmutableArray<int> _shape;
    private readonly int _rowBytes;
    private readonly ArrayBufferWriter<byte> _values = new();
    private readonly BitBuffer _bits = new();

    /// <param name="shape">Empty for one value per row.</param>
    public TensorColumnWriter(string name, ElementType element, ReadOnlySpan<int> shape = default, bool nullable = false)
        : base(FieldOf(name, element, shape, nullable))
    {
        _element = element;
        _shape = [.. shape];
        _rowBytes = checked((int)(TensorColumn.ElementCount(_shape) * element.SizeBytes()));
    }

    /// <summary>One row of one element.</summary>
    public void Append<T>(T value) where T : unmanaged => AppendRows(new ReadOnlySpan<T>(in value));

    /// <param name="values">Whole rows, C order.</param>
    /// <exception cref="ArgumentException">The element type is another, or the values are no whole rows.</exception>
    public void AppendRows<T>(ReadOnlySpan<T> values) where T : unmanaged
    {
        if (Elements.Of<T>() != _element)
            throw new ArgumentException($"Column '{Field.Name}' holds {_element.Name()}, not {Elements.Of<T>().Name()}.", nameof(values));
        AppendRaw(MemoryMarshal.AsBytes(values));
    }

    /// <param name="rows">Bytes of whole rows of the column's own element type; a bool is one byte.</param>
    /// <exception cref="ArgumentException">The bytes are no whole rows.</exception>
    public void AppendRaw(ReadOnlySpan<byte> rows)
    {
        if (rows.Length % _rowBytes != 0)
        {
            throw new ArgumentException(
                $"Column '{Field.Name}' takes rows of {_rowBytes:N0} bytes, not {rows.Length:N0} bytes.", nameof(rows));
        }

        AppendValues(rows);
        for (var row = 0; row < rows.Length / _rowBytes; row++)
            CountRow();
    }

    private protected override void AppendEmpty() => AppendValues(new byte[_rowBytes]);

    private protected override void CollectValues(List<FieldNode> nodes, List<ReadOnlyMemory<byte>> buffers)
    {
        var length = (long)RowCount;
        foreach (var dimension in _shape)
        {
            length *= dimension;
            nodes.Add(new FieldNode(length, 0));
            buffers.Add(default);
        }

        buffers.Add(_element == ElementType.Bool ? _bits.Bytes : _values.WrittenMemory);
    }

    private protected override void ClearValues()
    {
        _values.ResetWrittenCount();
        _bits.Clear();
    }

    private static ArrowField FieldOf(string name, ElementType element, ReadOnlySpan<int> shape, bool nullable)
    {
        if (shape.IsEmpty)
            return new ArrowField { Name = name, Kind = element.Kind(), Nullable = nullable };
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(shape[0], nameof(shape));
        return new ArrowField
        {
            Name = name,
            Kind = ArrowKind.FixedSizeList,
            Size = shape[0],
            Nullable = nullable,
            Children = [FieldOf("item", element, shape[1..], nullable: false)],
        };
    }

    private void AppendValues(ReadOnlySpan<byte> rows)
    {
        if (_element != ElementType.Bool)
        {
            _values.Write(rows);
            return;
        }

        foreach (var value in rows)
            _bits.Append(value != 0);
    }
}
