using System.Security.Cryptography;
using System.Text.Json;

namespace MirroredInfluence.Report;

/// <summary>Writes rows and pictures into the page, block by block. Equal pictures are written once, and so have the same index.</summary>
internal sealed class RowBlocks
{
    public const int RowsPerBlock = 1024, PicturesPerBlock = 256;

    private const int NoPicture = -1, LeftOut = -2;
    private const int TestCaptionLengthMax = 4000, CaptionLengthMax = 800;      // UTF-16 units

    private readonly PageBlocks _blocks;
    private readonly PageRows _rows;
    private readonly int[] _pictures;           // shape [row of the page]
    private readonly string?[] _captions;       // shape [RowsPerBlock]: of the rows that wait
    private readonly List<byte[]> _waiting = [];
    private readonly Dictionary<Int128, int> _indexes = [];    // digest of a picture → its index

    private RowBlocks(PageBlocks blocks, PageRows rows)
    {
        _blocks = blocks;
        _rows = rows;
        _pictures = new int[rows.Rows.Length];
        _captions = new string?[RowsPerBlock];
    }

    public int PictureCount => _indexes.Count;

    public bool HasCaptions { get; private set; }

    /// <summary>Index of a row's picture; negative without one.</summary>
    public int PictureOf(int rowIndex) => _pictures[rowIndex];

    public static RowBlocks Write(PageBlocks blocks, PageRows rows, RowGallery gallery, PictureBudget budget, CancellationToken cancellationToken)
    {
        var written = new RowBlocks(blocks, rows);
        foreach (var (fileIndex, start, end) in rows.ByFile())
        {
            using var file = gallery.TryOpen(rows.Files[fileIndex]);
            written.AddFile(file, start, end, budget, cancellationToken);
        }

        written.FlushPictures();
        written.FlushRows(rows.Rows.Length);
        return written;
    }

    private void AddFile(GalleryFile? file, int start, int end, PictureBudget budget, CancellationToken cancellationToken)
    {
        long[] drawn = [.. Enumerable.Range(start, end - start).Where(budget.Has).Select(index => _rows.Rows[index].Row)];
        using var pictures = (file?.ReadPictures(drawn) ?? []).GetEnumerator();
        for (var index = start; index < end; index++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var row = _rows.Rows[index];
            if (index > 0 && index % RowsPerBlock == 0)
                FlushRows(index);
            _captions[index % RowsPerBlock] = Caption.Shorten(file?.Caption(row.Row), row.IsTestRow ? TestCaptionLengthMax : CaptionLengthMax);
            HasCaptions |= _captions[index % RowsPerBlock] is not null;
            _pictures[index] = budget.Has(index) && pictures.MoveNext() ? Add(pictures.Current)
                : file?.PictureBytesMax(row.Row) > 0 ? LeftOut : NoPicture;
        }
    }

    private int Add(byte[]? picture)
    {
        if (picture is null)
            return NoPicture;
        var digest = BitConverter.ToInt128(SHA256.HashData(picture));
        if (_indexes.TryGetValue(digest, out var known))
            return known;
        _indexes.Add(digest, _indexes.Count);
        _waiting.Add(picture);
        if (_waiting.Count == PicturesPerBlock)
            FlushPictures();
        return _indexes.Count - 1;
    }

    private void FlushPictures()
    {
        if (_waiting.Count == 0)
            return;
        _blocks.Write($"pictures-{(_indexes.Count - 1) / PicturesPerBlock}", json =>
        {
            json.WriteStartArray();
            foreach (var picture in _waiting)
                json.WriteBase64StringValue(picture);
            json.WriteEndArray();
        });
        _waiting.Clear();
    }

    /// <summary>Writes the block that holds the row before <paramref name="end"/>, up to there.</summary>
    private void FlushRows(int end)
    {
        if (end == 0)
            return;
        var start = (end - 1) / RowsPerBlock * RowsPerBlock;
        _blocks.Write($"rows-{start / RowsPerBlock}", json =>
        {
            json.WriteStartObject();
            WriteColumn(json, "shard", index => json.WriteNumberValue(_rows.Rows[index].FileIndex));
            WriteColumn(json, "row", index => json.WriteNumberValue(_rows.Rows[index].Row));
            WriteColumn(json, "id", index => json.WriteStringValue(_rows.Rows[index].Id.IsNull ? null : _rows.Rows[index].Id.ToString()));
            WriteColumn(json, "caption", index => json.WriteStringValue(_captions[index % RowsPerBlock]));
            WriteColumn(json, "picture", index => json.WriteNumberValue(_pictures[index]));
            json.WriteEndObject();
        });

        void WriteColumn(Utf8JsonWriter json, string name, Action<int> write)
        {
            json.WriteStartArray(name);
            for (var index = start; index < end; index++)
                write(index);
            json.WriteEndArray();
        }
    }
}
