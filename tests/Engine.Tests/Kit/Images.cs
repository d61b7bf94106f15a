using MirroredInfluence.Arrow;

namespace MirroredInfluence.Engine.Tests;

/// <summary>Rows of 4×4 images with a label, an id and a source, as tests need them. Equal seeds make equal rows.</summary>
internal sealed record Images
{
    public int RowCount { get; init; } = 100;

    /// <summary>Index of the first row: row contents and ids depend on it alone, so that files of one set can be cut anywhere.</summary>
    public int FirstRow { get; init; }

    public int RecordBatchRows { get; init; } = 1000;

    public ArrowFormat Format { get; init; } = ArrowFormat.File;

    public BodyCompression Compression { get; init; } = BodyCompression.None;

    /// <summary>Rows whose image is null.</summary>
    public int[] NullRows { get; init; } = [];

    /// <summary>Rows whose image holds NaN.</summary>
    public int[] NaNRows { get; init; } = [];

    /// <summary>Rows whose label is none of the three classes: the model fails on them.</summary>
    public int[] WrongLabelRows { get; init; } = [];

    public bool HasTextIds { get; init; }

    /// <summary>Columns in another order, and one that nothing uses.</summary>
    public bool IsShuffled { get; init; }

    public static float[] Pixels(int row)
    {
        var random = new Random(row);
        return [.. Enumerable.Range(0, 16).Select(_ => (random.NextSingle() * 2) - 1)];
    }

    public static long Label(int row) => row % 3;

    public string Write(string path)
    {
        var image = new TensorColumnWriter("image", ElementType.Float32, [1, 4, 4], nullable: true);
        var label = new TensorColumnWriter("label", ElementType.Int64);
        var number = new TensorColumnWriter("id", ElementType.Int64);
        var name = new TextColumnWriter("id");
        var source = new TextColumnWriter("source", nullable: true);
        var unused = new TensorColumnWriter("unused", ElementType.UInt8);
        ColumnWriter id = HasTextIds ? name : number;
        using var stream = File.Create(path);
        var writer = new ArrowWriter(stream, IsShuffled ? [unused, source, id, label, image] : [image, label, id, source], Format, Compression);
        for (var row = FirstRow; row < FirstRow + RowCount; row++)
        {
            if (NullRows.Contains(row))
                image.AppendNull();
            else
                image.AppendRows<float>(NaNRows.Contains(row) ? [.. Enumerable.Repeat(float.NaN, 16)] : Pixels(row));

            label.Append(WrongLabelRows.Contains(row) ? 3 : Label(row));
            if (HasTextIds)
                name.Append($"image-{1000 + row}");
            else
                number.Append(1000L + row);
            source.Append(row % 7 == 0 ? null : $"source-{row % 4}");
            if (IsShuffled)
                unused.Append((byte)row);
            if ((row - FirstRow + 1) % RecordBatchRows == 0)
                writer.WriteBatch();
        }

        writer.Complete();
        return path;
    }
}
