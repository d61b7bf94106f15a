using MirroredInfluence.Arrow;

namespace MirroredInfluence.Report;

/// <summary>A file's column of pictures.</summary>
internal abstract class PictureColumn
{
    /// <summary>At most so many bytes are read for a row's picture; 0 when there is none.</summary>
    public abstract long BytesMax(long row);

    /// <summary>A picture a row, encoded; null where there is none.</summary>
    /// <param name="rows">Ascending.</param>
    public abstract IEnumerable<byte[]?> Read(IReadOnlyList<long> rows);

    /// <summary>Null, and why, when the column holds no pictures.</summary>
    /// <param name="declared">How the run binds the column as an argument, if it does.</param>
    /// <exception cref="MirroredException">Invalid: no such column.</exception>
    public static PictureColumn? TryBind(ArrowFile file, string columnPath, ColumnSpec? declared, out string problem)
    {
        if (file.TryGetTensorLayout(columnPath, out problem) is not { } own)
            return null;
        var element = own.StoredDtype ?? declared?.StoredDtype;
        var shape = declared?.Shape ?? own.Shape;
        if (element is { } stored && shape is { } dimensions && PictureLayout.TryMake(stored, dimensions) is { } layout)
            return new TensorPictures(file, file.BindTensor(columnPath, own.StoredDtype is null ? stored : null, dimensions), layout);
        if (own.StoredDtype is null && declared is null)
            return new EncodedPictures(file.BindValue(columnPath));
        problem = $"expected {PictureLayout.Expected}, or encoded pictures";
        return null;
    }
}
