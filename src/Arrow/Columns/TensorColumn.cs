using System.Collections.Immutable;
using System.Text.Json;

namespace MirroredInfluence.Arrow;

/// <summary>
/// A column that can hold tensors: lists of any depth over numbers, or raw bytes.
/// A row's elements are contiguous at every depth, so a row is one address.
/// </summary>
internal sealed class TensorColumn
{
    private const string FixedShapeTensor = "arrow.fixed_shape_tensor";
    private const string HuggingFaceArray = "datasets.features.features.Array";

    private TensorColumn(FieldPath path, ImmutableArray<FieldLayout> lists, FieldLayout leaf, ImmutableArray<int>? shape)
    {
        Path = path;
        Lists = lists;
        Leaf = leaf;
        Shape = shape;
    }

    public FieldPath Path { get; }

    /// <summary>From the column inwards, without the leaf.</summary>
    public ImmutableArray<FieldLayout> Lists { get; }

    public FieldLayout Leaf { get; }

    /// <summary>What the column itself declares, or null.</summary>
    public ImmutableArray<int>? Shape { get; }

    /// <summary>Null for raw bytes.</summary>
    public ElementType? Element => Leaf.Field.Kind.Element();

    public string TypeName => Path.Column.Field.TypeName;

    public static TensorColumn? TryMake(FieldPath path, out string problem)
    {
        var lists = ImmutableArray.CreateBuilder<FieldLayout>();
        var leaf = path.Column;
        while (leaf.Field.Kind.IsList() && leaf.Field.DictionaryIndexKind is null)
        {
            lists.Add(leaf);
            leaf = leaf.Children[0];
        }

        ImmutableArray<int>? shape = null;
        var found = lists.ToImmutable();
        var textHint = leaf.Field.Kind is ArrowKind.Utf8 or ArrowKind.LargeUtf8 ? "; texts must be encoded as the integers that the model was trained with" : "";
        problem = "";
        if (leaf.Field.DictionaryIndexKind is not null)
            problem = $"dictionary-encoded columns can be an id, a group or a caption, not a tensor{textHint}";
        else if (leaf.Field.Kind.IsBinary() && found.Length > 0)
            problem = "lists of binary values are not tensors";
        else if (!leaf.Field.Kind.IsBinary() && leaf.Field.Kind.Element() is null)
            problem = $"tensors are numbers, bools, lists of them, or raw bytes in a binary column{textHint}";
        else
            shape = ReadShape(path.Column.Field, found, leaf, out problem);
        return problem.Length == 0 ? new TensorColumn(path, found, leaf, shape) : null;
    }

    /// <summary>How many elements each list of a row must hold for it to have this shape, or null and why it cannot.</summary>
    public ImmutableArray<int>? TryFit(ImmutableArray<int> shape, out string problem)
    {
        problem = "";
        if (Element is null)
            return [];
        if (Shape is { } own && ElementCount(own) != ElementCount(shape))
        {
            problem = $"a row holds {ElementCount(own):N0} elements; shape {Text(shape)} needs {ElementCount(shape):N0}";
            return null;
        }

        var lengths = Shape is { } declared ? ListSizes(Lists) ?? declared
            : Lists.Length == 1 ? [checked((int)ElementCount(shape))]
            : Lists.Length == shape.Length ? shape
            : shape.RemoveAll(dimension => dimension == 1);
        if (lengths.Length != Lists.Length)
        {
            problem = $"lists are nested {Lists.Length} deep; shape {Text(shape)} has {shape.Length} dimensions";
            return null;
        }

        for (var level = 0; level < lengths.Length; level++)
        {
            var list = Lists[level].Field;
            if (list.Kind == ArrowKind.FixedSizeList && list.Size != lengths[level])
                problem = $"its lists at depth {level + 1} have {list.Size:N0} elements; shape {Text(Shape ?? shape)} needs {lengths[level]:N0}";
        }

        return problem.Length == 0 ? lengths : null;
    }

    public static long ElementCount(ImmutableArray<int> shape) =>
        shape.Aggregate(1L, (product, dimension) => product > int.MaxValue ? product : product * dimension);

    public static string Text(ImmutableArray<int> shape) => $"[{string.Join(",", shape)}]";

    private static ImmutableArray<int>? ReadShape(
        ArrowField column, ImmutableArray<FieldLayout> lists, FieldLayout leaf, out string problem)
    {
        problem = "";
        var declared = column.ExtensionName switch
        {
            FixedShapeTensor when column.Kind == ArrowKind.FixedSizeList => ReadFixedShapeTensor(column, out problem),
            { } name when name.StartsWith(HuggingFaceArray, StringComparison.Ordinal) =>
                ReadHuggingFaceArray(column, lists.Length, out problem),
            _ => null,
        };
        if (problem.Length > 0)
            return null;
        if (leaf.Field.Kind.IsBinary() || ListSizes(lists) is not { } sizes)
            return declared;
        if (sizes.Contains(0))
            problem = "its lists hold no elements";
        else if (declared is { } shape && ElementCount(sizes) != ElementCount(shape))
            problem = $"its extension declares shape {Text(shape)} over {ElementCount(sizes):N0} elements";
        return declared ?? sizes;
    }

    /// <summary>Null when rows may differ in length.</summary>
    private static ImmutableArray<int>? ListSizes(ImmutableArray<FieldLayout> lists) =>
        lists.All(list => list.Field.Kind == ArrowKind.FixedSizeList) ? [.. lists.Select(list => list.Field.Size)] : null;

    private static ImmutableArray<int>? ReadFixedShapeTensor(ArrowField column, out string problem)
    {
        using var json = ReadExtension(column, out problem);
        if (json is null)
            return null;
        if (json.RootElement.ValueKind != JsonValueKind.Object
            || !json.RootElement.TryGetProperty("shape", out var shape)
            || ReadDimensions(shape) is not { } dimensions)
        {
            problem = $"the metadata of its extension {FixedShapeTensor} has no shape of dimensions from 1 up";
            return null;
        }

        if (json.RootElement.TryGetProperty("permutation", out var permutation)
            && permutation.ValueKind != JsonValueKind.Null
            && !IsIdentity(permutation))
        {
            problem = $"its extension {FixedShapeTensor} permutes dimensions; only C order is read";
        }

        return dimensions;
    }

    /// <summary>[[28, 28], "uint8"]; the first dimension is null when rows differ in length.</summary>
    private static ImmutableArray<int>? ReadHuggingFaceArray(ArrowField column, int depth, out string problem)
    {
        using var json = ReadExtension(column, out problem);
        if (json is null)
            return null;
        if (json.RootElement.ValueKind != JsonValueKind.Array
            || json.RootElement.GetArrayLength() == 0
            || json.RootElement[0].ValueKind != JsonValueKind.Array
            || json.RootElement[0].GetArrayLength() != depth)
        {
            problem = $"the metadata of its extension {column.ExtensionName} gives no shape of {depth} dimensions";
            return null;
        }

        return ReadDimensions(json.RootElement[0]);
    }

    private static JsonDocument? ReadExtension(ArrowField column, out string problem)
    {
        problem = "";
        try
        {
            return JsonDocument.Parse(column.Metadata.GetValueOrDefault("ARROW:extension:metadata", ""));
        }
        catch (JsonException)
        {
            problem = $"the metadata of its extension {column.ExtensionName} is not JSON";
            return null;
        }
    }

    private static ImmutableArray<int>? ReadDimensions(JsonElement shape)
    {
        if (shape.ValueKind != JsonValueKind.Array)
            return null;
        var dimensions = ImmutableArray.CreateBuilder<int>();
        foreach (var element in shape.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Number || !element.TryGetInt32(out var dimension) || dimension < 1)
                return null;
            dimensions.Add(dimension);
        }

        return dimensions.ToImmutable();
    }

    private static bool IsIdentity(JsonElement permutation) =>
        permutation.ValueKind == JsonValueKind.Array
        && permutation.EnumerateArray().Select((element, position) => (element, position)).All(pair =>
            pair.element.ValueKind == JsonValueKind.Number && pair.element.TryGetInt32(out var axis) && axis == pair.position);
}
