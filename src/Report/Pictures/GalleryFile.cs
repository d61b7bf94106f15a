using MirroredInfluence.Arrow;

namespace MirroredInfluence.Report;

/// <summary>Pictures and captions of one file's rows.</summary>
internal sealed class GalleryFile : IDisposable
{
    private readonly ArrowFile _file;
    private readonly PictureColumn? _pictures;
    private readonly ValueColumn? _captions;

    /// <summary>Takes the file over. A file without one of the columns is noted: test files need not have what training files have.</summary>
    public GalleryFile(ArrowFile file, string? picture, ColumnSpec? declared, string? caption, ISet<string> notes)
    {
        _file = file;
        _pictures = picture is null ? null : TryBind("pictures", picture, () => PictureColumn.TryBind(file, picture, declared, out _), notes);
        _captions = caption is null ? null : TryBind("captions", caption, () => file.BindValue(caption), notes);
    }

    public long PictureBytesMax(long row) => _pictures?.BytesMax(row) ?? 0;

    /// <inheritdoc cref="PictureColumn.Read"/>
    public IEnumerable<byte[]?> ReadPictures(IReadOnlyList<long> rows) => _pictures?.Read(rows) ?? Enumerable.Repeat<byte[]?>(null, rows.Count);

    /// <summary>Null where there is none.</summary>
    public string? Caption(long row) => _captions is not null && _captions.TryGet(row, out var value) && !value.IsNull ? value.ToString() : null;

    public void Dispose() => _file.Dispose();

    private T? TryBind<T>(string what, string column, Func<T?> bind, ISet<string> notes)
        where T : class
    {
        try
        {
            if (bind() is { } bound)
                return bound;
        }
        catch (MirroredException failure) when (failure.Kind == FailureKind.Invalid)
        {
        }

        notes.Add($"Without {what} of {Path.GetFileName(_file.Path)}: it has none in a column '{column}'.");
        return null;
    }
}
