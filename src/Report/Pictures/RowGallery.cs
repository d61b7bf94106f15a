using MirroredInfluence.Arrow;
using MirroredInfluence.Engine;

namespace MirroredInfluence.Report;

/// <summary>Where rows' pictures and captions come from: the columns, the same in every file, and the files, opened one at a time.</summary>
internal sealed class RowGallery
{
    private const int NotesMax = 3;

    private readonly DataFiles _data;
    private readonly RunManifest _manifest;
    private readonly string? _picture;
    private readonly SortedSet<string> _notes = new(StringComparer.Ordinal);

    private RowGallery(DataFiles data, RunManifest manifest, string? picture)
    {
        _data = data;
        _manifest = manifest;
        _picture = picture;
    }

    /// <summary>What a reader of the page should know about pictures and captions that are not there.</summary>
    public IEnumerable<string> Notes => _notes.Count <= NotesMax ? _notes : _notes.Take(NotesMax).Append($"{_notes.Count - NotesMax} more files are like these.");

    /// <summary>Takes the columns that <c>report</c> names; without a name for pictures, the first column of the first training file that looks like them.</summary>
    /// <exception cref="MirroredException">Invalid: a column that is named is not there, or holds something else.</exception>
    public static RowGallery Choose(DataFiles data, RunManifest manifest)
    {
        var spec = manifest.Spec.Report;
        var first = manifest.Inputs.Train[0].Uri;
        ArrowFile file;
        try
        {
            file = data.Open(first);
        }
        catch (MirroredException failure)
        {
            var without = new RowGallery(data, manifest, picture: null);
            without._notes.Add($"Without pictures and captions: {failure.Message}");
            return without;
        }

        using (file)
        {
            if (spec.Caption is { } caption)
                file.BindValue(caption, "report.caption");
            if (spec.Picture is { } named)
                CheckPictures(file, named, Declared(manifest, named));
            return new RowGallery(data, manifest, spec.Picture ?? Columns(file.Schema.Fields, "").FirstOrDefault(path => LooksLikePictures(file, path, manifest)));
        }
    }

    /// <summary>Null, with a note, when the file can no longer be read.</summary>
    public GalleryFile? TryOpen(DataFile file)
    {
        if (_picture is null && _manifest.Spec.Report.Caption is null)
            return null;
        try
        {
            return new GalleryFile(_data.Open(file.Uri), _picture, _picture is null ? null : Declared(_manifest, _picture), _manifest.Spec.Report.Caption, _notes);
        }
        catch (MirroredException failure)
        {
            _notes.Add($"Without pictures and captions of one file: {failure.Message}");
            return null;
        }
    }

    private static void CheckPictures(ArrowFile file, string columnPath, ColumnSpec? declared)
    {
        try
        {
            if (PictureColumn.TryBind(file, columnPath, declared, out var problem) is null)
                throw Failure.Invalid($"{file.Path}: column '{columnPath}' holds no pictures: {problem}. Name another column.");
        }
        catch (MirroredException exception) when (exception.Kind == FailureKind.Invalid)
        {
            throw Failure.Invalid($"report.picture: {exception.Message}", exception);
        }
    }

    private static ColumnSpec? Declared(RunManifest manifest, string columnPath) =>
        manifest.Inputs.Columns.FirstOrDefault(column => (column.Value.Column ?? column.Key) == columnPath).Value;

    private static bool LooksLikePictures(ArrowFile file, string columnPath, RunManifest manifest) =>
        PictureColumn.TryBind(file, columnPath, Declared(manifest, columnPath), out _) switch
        {
            TensorPictures tensors => tensors.LooksLikePictures,
            EncodedPictures encoded => encoded.LooksLikePictures(file.RowCount),
            _ => false,
        };

    /// <summary>Columns, and instead of a struct the fields in it.</summary>
    private static IEnumerable<string> Columns(IEnumerable<ArrowField> fields, string prefix) => fields.SelectMany(field =>
        field is { Kind: ArrowKind.Struct, DictionaryIndexKind: null } ? Columns(field.Children, $"{prefix}{field.Name}.") : [prefix + field.Name]);
}
