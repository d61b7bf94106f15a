namespace MirroredInfluence.Arrow;

/// <summary>Names and widths of Arrow types.</summary>
internal static class ArrowKinds
{
    public static string Name(this ArrowKind kind) => kind switch
    {
        ArrowKind.LargeUtf8 => "large_utf8",
        ArrowKind.LargeBinary => "large_binary",
        ArrowKind.FixedSizeBinary => "fixed_size_binary",
        ArrowKind.LargeList => "large_list",
        ArrowKind.FixedSizeList => "fixed_size_list",
        ArrowKind.SparseUnion => "sparse_union",
        ArrowKind.DenseUnion => "dense_union",
        ArrowKind.RunEndEncoded => "run_end_encoded",
        ArrowKind.Utf8View => "utf8_view",
        ArrowKind.BinaryView => "binary_view",
        ArrowKind.ListView => "list_view",
        ArrowKind.LargeListView => "large_list_view",
        _ => kind.ToString().ToLowerInvariant(),
    };

    /// <summary>The element type a tensor made of such elements has, or null when they are no numbers.</summary>
    public static ElementType? Element(this ArrowKind kind) =>
        kind <= ArrowKind.Float64 ? (ElementType)(int)kind : null;

    public static bool IsList(this ArrowKind kind) => kind is ArrowKind.List or ArrowKind.LargeList or ArrowKind.FixedSizeList;

    public static bool IsText(this ArrowKind kind) => kind is ArrowKind.Utf8 or ArrowKind.LargeUtf8;

    public static bool IsBinary(this ArrowKind kind) =>
        kind is ArrowKind.Binary or ArrowKind.LargeBinary or ArrowKind.FixedSizeBinary;

    public static ArrowKind Kind(this ElementType element) => (ArrowKind)(int)element;
}
