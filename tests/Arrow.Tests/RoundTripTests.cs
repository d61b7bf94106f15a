namespace MirroredInfluence.Arrow.Tests;

public sealed unsafe class RoundTripTests
{
    [Fact]
    public void Smoke()
    {
        foreach (var (format, compression) in new[] { (ArrowFormat.File, BodyCompression.None), (ArrowFormat.Stream, BodyCompression.None), (ArrowFormat.File, BodyCompression.Lz4Frame), (ArrowFormat.Stream, BodyCompression.Zstd) })
        {
            using var stream = new MemoryStream();
            var id = new TensorColumnWriter("id", ElementType.Int64);
            var image = new TensorColumnWriter("image", ElementType.UInt8, [2, 3]);
            var caption = new TextColumnWriter("caption", nullable: true);
            var mask = new TensorColumnWriter("mask", ElementType.Bool, [5]);
            var writer = new ArrowWriter(stream, [id, image, caption, mask], format, compression);
            for (var row = 0; row < 10; row++)
            {
                id.Append((long)row);
                image.AppendRows<byte>([(byte)row, 1, 2, 3, 4, 5]);
                caption.Append(row % 3 == 0 ? null : $"row {row}");
                mask.AppendRows<bool>([true, row % 2 == 0, false, true, row > 4]);
                if (row % 4 == 3)
                    writer.WriteBatch();
            }

            writer.Complete();
            using var file = ArrowFile.Parse(stream.ToArray(), "smoke");
            Assert.Equal(10, file.RowCount);
            Assert.Equal(format, file.Format);
            Assert.Equal(3, file.RecordBatches.Count);
            Assert.Equal(Enumerable.Range(0, 10).Select(row => (long)row), file.ReadColumn<long>("id"));
            Assert.Equal(["x"], file.ReadTexts("caption").Take(1).Select(x => x ?? "x"));
            var images = file.ReadColumn<byte>("image");
            Assert.Equal(3, images[18]);
            var masks = file.ReadColumn<bool>("mask");
            Assert.True(masks[49]);
        }
    }
}
