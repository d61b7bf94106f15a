using System.Collections.Immutable;

namespace MirroredInfluence.Arrow;

/// <summary>Where a field's node and buffers are among those of its record batch: Arrow lists them in pre-order.</summary>
internal sealed class FieldLayout
{
    private readonly FieldLayout? _parent;

    private FieldLayout(ArrowField field, FieldLayout? parent, BatchLayout layout, bool unionsHaveValidity)
    {
        Field = field;
        _parent = parent;
        NodeIndex = layout.NodeCount++;
        FirstBufferIndex = layout.BufferCount;
        VariadicIndex = layout.VariadicCount;
        Buffers = field.DictionaryIndexKind is { } index ? Fixed(index) : BuffersOf(field, unionsHaveValidity);
        layout.BufferCount += Buffers.Length;
        if (field.DictionaryIndexKind is not null)
            return;
        if (field.Kind is ArrowKind.Utf8View or ArrowKind.BinaryView)
            layout.VariadicCount++;
        Children = [.. field.Children.Select(child => new FieldLayout(child, this, layout, unionsHaveValidity))];
    }

    public ArrowField Field { get; }

    /// <summary>Names from the root, for messages.</summary>
    public string Path => _parent is null ? Field.Name : $"{_parent.Path}.{Field.Name}";

    public int NodeIndex { get; }

    /// <summary>Without the variadic buffers of views before it.</summary>
    public int FirstBufferIndex { get; }

    /// <summary>View columns before this one; each adds as many buffers as its record batch says.</summary>
    public int VariadicIndex { get; }

    public ImmutableArray<BufferRole> Buffers { get; }

    public ImmutableArray<FieldLayout> Children { get; } = [];

    /// <param name="unionsHaveValidity">True before metadata version 5.</param>
    public static BatchLayout OfSchema(ArrowSchema schema, bool unionsHaveValidity)
    {
        var layout = new BatchLayout();
        layout.Fields = [.. schema.Fields.Select(field => new FieldLayout(field, null, layout, unionsHaveValidity))];
        return layout;
    }

    /// <summary>Layout of a dictionary's own batches: its values in one column.</summary>
    public static BatchLayout OfDictionary(ArrowField values, bool unionsHaveValidity)
    {
        var layout = new BatchLayout();
        layout.Fields = [new FieldLayout(values, null, layout, unionsHaveValidity)];
        return layout;
    }

    public int BufferIndexIn(RecordBatch batch)
    {
        var index = FirstBufferIndex;
        for (var variadic = 0; variadic < VariadicIndex; variadic++)
            index += batch.VariadicCounts[variadic];
        return index;
    }

    private static ImmutableArray<BufferRole> BuffersOf(ArrowField field, bool unionsHaveValidity)
    {
        var validity = new BufferRole(BufferRole.Content.Validity, 1);
        var any = new BufferRole(BufferRole.Content.Any, 0);
        var offsets = new BufferRole(BufferRole.Content.Offsets, 32);
        var largeOffsets = new BufferRole(BufferRole.Content.Offsets, 64);
        return field.Kind switch
        {
            ArrowKind.Null or ArrowKind.RunEndEncoded => [],
            ArrowKind.Utf8 or ArrowKind.Binary => [validity, offsets, any],
            ArrowKind.LargeUtf8 or ArrowKind.LargeBinary => [validity, largeOffsets, any],
            ArrowKind.FixedSizeBinary => [validity, new(BufferRole.Content.Values, 8L * field.Size)],
            ArrowKind.List or ArrowKind.Map => [validity, offsets],
            ArrowKind.LargeList => [validity, largeOffsets],
            ArrowKind.FixedSizeList or ArrowKind.Struct => [validity],
            ArrowKind.SparseUnion => unionsHaveValidity ? [any, any] : [any],
            ArrowKind.DenseUnion => unionsHaveValidity ? [any, any, any] : [any, any],
            ArrowKind.Utf8View or ArrowKind.BinaryView => [validity, any],
            ArrowKind.ListView or ArrowKind.LargeListView => [validity, any, any],
            ArrowKind.Decimal or ArrowKind.Date or ArrowKind.Time or ArrowKind.Timestamp or ArrowKind.Duration or ArrowKind.Interval =>
                [validity, any],
            _ => Fixed(field.Kind),
        };
    }

    private static ImmutableArray<BufferRole> Fixed(ArrowKind kind) =>
    [
        new(BufferRole.Content.Validity, 1),
        new(BufferRole.Content.Values, kind == ArrowKind.Bool ? 1 : 8 * kind.Element()!.Value.SizeBytes()),
    ];
}
