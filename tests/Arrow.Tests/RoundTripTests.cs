using FsCheck;
using FsCheck.Fluent;

namespace MirroredInfluence.Arrow.Tests;

public sealed class RoundTripTests
{
    private static readonly int[][] Shapes = [[], [1], [7], [3, 2], [1, 4, 4]];

    private static Gen<Layout> Layouts =>
        from format in Gen.Elements(ArrowFormat.File, ArrowFormat.Stream)
        from compression in Gen.Elements(BodyCompression.None, BodyCompression.Lz4Frame, BodyCompression.Zstd)
        from batchRows in Gen.ArrayOf(Gen.Choose(0, 40))
        from nullPercent in Gen.Elements(0, 0, 20, 100)
        from miniBatchRows in Gen.Choose(1, 33)
        from seed in Gen.Choose(0, int.MaxValue)
        select new Layout(format, compression, batchRows, nullPercent, miniBatchRows, seed);

    [Fact]
    public void Tensors_ComeBackAsWritten()
    {
        var cases =
            from layout in Layouts
            from element in Gen.Elements(Enum.GetValues<ElementType>())
            from shape in Gen.Elements(Shapes)
            select (layout, element, shape);
        Prop.ForAll(cases.ToArbitrary(), one => TensorsComeBack(one.layout, one.element, one.shape)).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void TextsAndBytes_ComeBackAsWritten() =>
        Prop.ForAll(Layouts.ToArbitrary(), TextsAndBytesComeBack).QuickCheckThrowOnFailure();

    [Fact]
    public void SameRows_GiveTheSameBytes() =>
        Prop.ForAll(Layouts.ToArbitrary(), layout => Assert.Equal(WriteTexts(layout, [], []), WriteTexts(layout, [], []))).QuickCheckThrowOnFailure();

    [Fact]
    public void BodiesAndBuffers_AreAlignedTo64Bytes()
    {
        using var stream = new MemoryStream();
        var values = new TensorColumnWriter("values", ElementType.UInt8);
        var writer = new ArrowWriter(stream, [new TextColumnWriter("a rather long name, so that the schema is not aligned by chance", nullable: true), values]);
        writer.Complete();
        var empty = stream.Length;
        Assert.Equal(0, (empty - "ARROW1".Length - 4) % 8);

        using var file = ArrowFile.Parse(WriteTexts(new Layout(ArrowFormat.File, BodyCompression.None, [3, 5], 0, 1, 1), [], []), "aligned");
        foreach (var batch in file.Batches)
            Assert.All(batch.Buffers, buffer => Assert.Equal(0, buffer.Offset % 64));
    }

    [Fact]
    public void FileWithoutComplete_IsRefused()
    {
        using var stream = new MemoryStream();
        var id = new TensorColumnWriter("id", ElementType.Int64);
        var writer = new ArrowWriter(stream, [id]);
        id.Append(1L);
        writer.WriteBatch();
        Refusal.Is(FailureKind.Data, () => ArrowFile.Parse(stream.ToArray(), "part.arrow"), "part.arrow", "does not end with ARROW1");
    }

    [Fact]
    public void ColumnsOfDifferentLengths_AreNotWritten()
    {
        var (id, group) = (new TensorColumnWriter("id", ElementType.Int64), new TextColumnWriter("group"));
        var writer = new ArrowWriter(Stream.Null, [id, group]);
        id.Append(1L);
        Assert.Contains("'group' has 0 rows, not 1", Assert.Throws<InvalidOperationException>(writer.WriteBatch).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NullInAColumnWithoutNulls_IsNotWritten() =>
        Assert.Throws<InvalidOperationException>(() => new TextColumnWriter("group").Append(null));

    [Fact]
    public void ValuesOfAnotherType_AreNotWritten()
    {
        var column = new TensorColumnWriter("image", ElementType.Float32, [2]);
        Assert.Throws<ArgumentException>(() => column.AppendRows<int>([1, 2]));
        Assert.Throws<ArgumentException>(() => column.AppendRows<float>([1, 2, 3]));
    }

    private static void TensorsComeBack(Layout layout, ElementType element, int[] shape)
    {
        var random = new Random(layout.Seed);
        var column = new TensorColumnWriter("x", element, shape, nullable: true);
        var rowBytes = shape.Aggregate(element.SizeBytes(), (product, dimension) => product * dimension);
        var expected = new List<byte[]?>();
        using var stream = new MemoryStream();
        var writer = new ArrowWriter(stream, [column], layout.Format, layout.Compression);
        foreach (var rowCount in layout.BatchRows)
        {
            for (var row = 0; row < rowCount; row++)
            {
                if (random.Next(100) < layout.NullPercent)
                {
                    column.AppendNull();
                    expected.Add(null);
                    continue;
                }

                var values = new byte[rowBytes];
                random.NextBytes(values);
                if (element == ElementType.Bool)
                    values = [.. values.Select(value => (byte)(value & 1))];
                column.AppendRaw(values);
                expected.Add(values);
            }

            writer.WriteBatch();
        }

        writer.Complete();
        using var file = ArrowFile.Parse(stream.ToArray(), "round-trip");
        Assert.Equal(layout.Format, file.Format);
        Assert.Equal(expected.Count, file.RowCount);
        Assert.Equal(layout.BatchRows.Count(rows => rows > 0), file.RecordBatches.Count);
        var binding = file.BindTensor("x", null, null);
        Assert.Equal(element, binding.StoredDtype);
        Assert.Equal(shape, binding.Shape);
        var start = random.Next(expected.Count + 1);
        var end = random.Next(start, expected.Count + 1);
        foreach (var (first, last) in new[] { (0, expected.Count), (start, end) })
        {
            var (rows, reasons) = Scans.Read(file, [binding], first, last, layout.MiniBatchRows);
            Assert.Equal(expected[first..last], rows.Select(row => row[0]));
            Assert.Equal(expected[first..last].Select(row => row is null ? UnscorableReason.Null : UnscorableReason.None), reasons);
        }
    }

    private static void TextsAndBytesComeBack(Layout layout)
    {
        var texts = new List<string?>();
        var blobs = new List<byte[]?>();
        using var file = ArrowFile.Parse(WriteTexts(layout, texts, blobs), "round-trip");
        var (text, blob) = (file.BindValue("text"), file.BindValue("blob"));
        for (var row = texts.Count - 1; row >= 0; row--)
        {
            Assert.Equal(texts[row] is { } value ? RowValue.Of(value) : RowValue.Null, text.Get(row));
            Assert.Equal(blobs[row] is { } bytes ? RowValue.Of(bytes) : RowValue.Null, blob.Get(row));
        }

        Assert.Equal(texts, file.ReadTexts("text"));
    }

    private static byte[] WriteTexts(Layout layout, List<string?> texts, List<byte[]?> blobs)
    {
        var random = new Random(layout.Seed);
        var (text, blob) = (new TextColumnWriter("text", nullable: true), new BinaryColumnWriter("blob", nullable: true));
        using var stream = new MemoryStream();
        var writer = new ArrowWriter(stream, [text, blob], layout.Format, layout.Compression);
        foreach (var rowCount in layout.BatchRows)
        {
            for (var row = 0; row < rowCount; row++)
            {
                var isNull = random.Next(100) < layout.NullPercent;
                texts.Add(isNull ? null : string.Concat(Enumerable.Repeat("aß€😀"[..random.Next(4)], random.Next(9))));
                text.Append(texts[^1]);
                blobs.Add(isNull ? null : new byte[random.Next(50)]);
                if (isNull)
                    blob.AppendNull();
                else
                    blob.Append(blobs[^1]);
            }

            writer.WriteBatch();
        }

        writer.Complete();
        return stream.ToArray();
    }

    private sealed record Layout(ArrowFormat Format, BodyCompression Compression, int[] BatchRows, int NullPercent, int MiniBatchRows, int Seed);
}
