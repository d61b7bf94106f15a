using MirroredInfluence.Arrow;

namespace MirroredInfluence.Report;

/// <summary>PNG, JPEG, GIF or WebP bytes in a binary column, passed on as they are.</summary>
internal sealed class EncodedPictures(ValueColumn column) : PictureColumn
{
    private const int RowsTried = 32;

    /// <summary>Whether the first value of the file is a picture.</summary>
    public bool LooksLikePictures(long rowCount)
    {
        for (var row = 0L; row < Math.Min(rowCount, RowsTried); row++)
        {
            if (column.TryGet(row, out var value) && value.Kind == RowValueKind.Bytes)
                return PictureFormat.IsPicture(value.Bytes);
        }

        return false;
    }

    public override long BytesMax(long row) => column.LengthOf(row);

    public override IEnumerable<byte[]?> Read(IReadOnlyList<long> rows) => rows.Select(TryRead);

    private byte[]? TryRead(long row) =>
        column.TryGet(row, out var value) && value.Kind == RowValueKind.Bytes && PictureFormat.IsPicture(value.Bytes) ? value.Bytes.ToArray() : null;
}
