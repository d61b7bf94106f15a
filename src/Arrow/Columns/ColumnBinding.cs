using System.Collections.Immutable;

namespace MirroredInfluence.Arrow;

/// <summary>A column of one file, bound to tensors of one element type and shape. Made by <see cref="ArrowFile.BindTensor"/>.</summary>
public sealed record ColumnBinding
{
    internal ColumnBinding(ArrowFile file, TensorColumn column, ImmutableArray<int> listLengths)
    {
        File = file;
        Column = column;
        ListLengths = listLengths;
    }

    /// <summary>As it was asked for: a name or a struct path (<c>image.bytes</c>).</summary>
    public required string ColumnPath { get; init; }

    public required ElementType StoredDtype { get; init; }

    /// <summary>A row's shape, C order; empty for a scalar.</summary>
    public required ImmutableArray<int> Shape { get; init; }

    /// <summary>Bytes of a row as a tensor; a bool is one byte.</summary>
    public required int RowBytes { get; init; }

    internal ArrowFile File { get; }

    internal TensorColumn Column { get; }

    /// <summary>Elements in each list of a row, one for each of the column's lists.</summary>
    internal ImmutableArray<int> ListLengths { get; }
}
