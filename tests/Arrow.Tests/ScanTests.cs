namespace MirroredInfluence.Arrow.Tests;

public sealed class ScanTests
{
    [Fact]
    public void MiniBatches_StartAtMultiplesOfTheirSizeInTheFile()
    {
        using var file = Ids([10, 1, 0, 7]);
        var starts = new List<(long, int)>();
        using var scan = new RowScan(file, [file.BindTensor("id", null, null)], 3, 17, miniBatchRows: 4);
        while (scan.MoveNext())
            starts.Add((scan.RowStart, scan.RowCount));
        Assert.Equal([(3, 1), (4, 4), (8, 4), (12, 4), (16, 1)], starts);
        Assert.False(scan.MoveNext());
    }

    [Theory]
    [InlineData(BodyCompression.None)]
    [InlineData(BodyCompression.Zstd)]
    public void AnyCutAndAnyRecordBatches_GiveTheSameRows(BodyCompression compression)
    {
        int[][] cuts = [[18], [.. Enumerable.Repeat(1, 18)], [5, 0, 12, 1]];
        foreach (var batches in cuts)
        {
            using var file = Ids(batches, compression);
            var binding = file.BindTensor("id", null, null);
            var rows = new List<long>();
            for (var start = 0L; start < file.RowCount; start += 6)
                rows.AddRange(Scans.Read(file, [binding], start, start + 6, 5).Rows.Select(row => Scans.As<long>(row[0])[0]));
            Assert.Equal(Enumerable.Range(0, 18).Select(row => (long)row), rows);
        }
    }

    [Fact]
    public void RowUnscorableInOneColumn_HasNoPointerInAny()
    {
        using var file = TestFile.Open(
            TestArray.Numbers("a", [1, 2, 3]),
            TestArray.Numbers("b", [1, 2, 3], [true, false, true]),
            TestArray.Binary("c", [[1], [1], [1, 2]]));
        var columns = new[] { file.BindTensor("a", null, null), file.BindTensor("b", null, null), file.BindTensor("c", ElementType.UInt8, [1]) };
        var (rows, reasons) = Scans.Read(file, columns, 0, 3, 3);
        Assert.Equal([UnscorableReason.None, UnscorableReason.Null, UnscorableReason.WrongLength], reasons);
        Assert.All(rows[1], Assert.Null);
        Assert.All(rows[2], Assert.Null);
    }

    [Theory]
    [InlineData(BodyCompression.Lz4Frame)]
    [InlineData(BodyCompression.Zstd)]
    public void AnyByteOfACompressedBodyThatFlips_CostsItsRowsAndChangesNoValue(BodyCompression compression)
    {
        var random = new Random(1);
        long[] noise = [.. Enumerable.Range(0, 40).Select(_ => random.NextInt64())];
        long[] runs = [.. Enumerable.Range(0, 40).Select(row => (long)row / 10)];
        TestArray[] columns = [TestArray.Numbers("noise", noise), TestArray.Numbers("runs", runs)];
        var bytes = new TestFile([.. columns.Select(column => column.Field)]) { Compression = compression }.Add(columns).ToBytes();
        using var intact = ArrowFile.Parse(bytes, "intact");

        var corrupt = 0;
        var ranges = intact.Batches[0].Buffers.Where(buffer => buffer.Length > 0).ToArray();
        foreach (var offset in ranges.SelectMany(range => Enumerable.Range((int)range.Offset, (int)range.Length)))
        {
            foreach (byte flip in new byte[] { 0x01, 0x10, 0xFF })
            {
                bytes[offset] ^= flip;
                using var file = ArrowFile.Parse(bytes, "flipped");
                var (rows, reasons) = Scans.Read(file, [file.BindTensor("noise", null, null), file.BindTensor("runs", null, null)], 0, 40, 40);
                if (reasons[0] == UnscorableReason.None)
                    Assert.Equal(noise.Zip(runs), rows.Select(row => (Scans.As<long>(row[0])[0], Scans.As<long>(row[1])[0])));
                else
                    corrupt++;
                bytes[offset] ^= flip;
            }
        }

        // A header has a few bits that mean nothing.
        Assert.InRange(corrupt, 3 * ranges.Sum(range => range.Length) - 20, long.MaxValue);
    }

    [Theory]
    [InlineData(BodyCompression.Lz4Frame)]
    [InlineData(BodyCompression.Zstd)]
    public void RecordBatchThatDoesNotDecode_IsPassedOver(BodyCompression compression)
    {
        var source = new TestFile([TestArray.Numbers<long>("id", []).Field]) { Compression = compression };
        for (var batch = 0; batch < 3; batch++)
            source.Add(TestArray.Numbers("id", Enumerable.Repeat((long)batch, 100).ToArray()));
        var bytes = source.ToBytes();
        using (var intact = ArrowFile.Parse(bytes, "intact"))
        {
            var body = intact.Batches[1].Buffers[1];
            bytes.AsSpan((int)body.Offset + 8, (int)body.Length - 8).Fill(0x55);
        }

        using var file = ArrowFile.Parse(bytes, "test.arrow");
        var (rows, reasons) = Scans.Read(file, file.BindTensor("id", null, null), 32);
        Assert.Equal(Enumerable.Repeat(UnscorableReason.CorruptRecordBatch, 100), reasons[100..200]);
        Assert.All(rows[..100], row => Assert.Equal(0, Scans.As<long>(row)[0]));
        Assert.All(rows[200..], row => Assert.Equal(2, Scans.As<long>(row)[0]));
        var ids = file.BindValue("id");
        Assert.Equal(2, ids.Get(200).Integer);
        Refusal.Is(FailureKind.Data, () => ids.Get(150), "test.arrow: column 'id' row 150", "does not decode");
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(-2)]
    [InlineData(799)]
    [InlineData(801)]
    public void CompressedBufferOfAnotherLengthThanItClaims_IsCorrupt(long claimedBytes)
    {
        var bytes = new TestFile([TestArray.Numbers<long>("id", []).Field]) { Compression = BodyCompression.Zstd }
            .Add(TestArray.Numbers("id", new long[100])).ToBytes();
        using (var intact = ArrowFile.Parse(bytes, "intact"))
            BitConverter.TryWriteBytes(bytes.AsSpan((int)intact.Batches[0].Buffers[1].Offset), claimedBytes);
        using var file = ArrowFile.Parse(bytes, "test.arrow");
        var (_, reasons) = Scans.Read(file, file.BindTensor("id", null, null));
        Assert.All(reasons, reason => Assert.Equal(UnscorableReason.CorruptRecordBatch, reason));
    }

    [Fact]
    public void ListOffsetsOutOfRange_MakeTheirRowsCorrupt()
    {
        var lists = TestArray.List("x", [2, 2, 2], TestArray.Numbers("item", [1, 2, 3, 4, 5, 6]));
        using var file = TestFile.Open(lists with { Buffers = [TestArray.Offsets([2, 2, 90], false)] });
        var (_, reasons) = Scans.Read(file, file.BindTensor("x", null, [2]));
        Assert.Equal([UnscorableReason.None, UnscorableReason.None, UnscorableReason.CorruptRecordBatch], reasons);
    }

    [Fact]
    public void BinaryOffsetsGoingBack_MakeTheirRowsCorrupt()
    {
        var values = TestArray.Binary("x", [[1, 2], [3, 4], [5, 6]]);
        using var file = TestFile.Open(values with { Buffers = [TestArray.Offsets([4, -2, 2], false), [1, 2, 3, 4, 5, 6]] });
        var (rows, reasons) = Scans.Read(file, file.BindTensor("x", ElementType.UInt8, [2]));
        Assert.Equal([UnscorableReason.WrongLength, UnscorableReason.CorruptRecordBatch, UnscorableReason.None], reasons);
        Assert.Equal([3, 4], rows[2]);
    }

    [Theory]
    [InlineData("id")]
    [InlineData("image")]
    [InlineData("mask")]
    [InlineData("list")]
    public void Scanning_AllocatesNothingPerMiniBatch(string column)
    {
        const int rowCount = 20_000;
        var bytes = TestFile.Of(
            TestArray.Numbers("id", new long[rowCount]),
            TestArray.FixedList("image", 4, TestArray.Numbers("item", new byte[4 * rowCount]), [.. Enumerable.Range(0, rowCount).Select(row => row % 7 != 0)]),
            TestArray.Numbers("mask", new bool[rowCount]),
            TestArray.List("list", Enumerable.Repeat(1, rowCount).ToArray(), TestArray.Numbers("item", new float[rowCount]))).ToBytes();
        using var file = ArrowFile.Parse(bytes, "test.arrow");
        var binding = file.BindTensor(column, null, column == "list" ? [1] : null);
        // The smallest object has 24 bytes. The runtime may allocate a little while it compiles, so the best of a few scans counts.
        Assert.InRange(Enumerable.Range(0, 5).Min(_ => AllocatedBytes(file, binding)), 0, rowCount / 32);
    }

    [Fact]
    public void ScanUnderWay_OutlivesTheFile()
    {
        var file = Ids([8]);
        var scan = new RowScan(file, [file.BindTensor("id", null, null)], 0, 8, 4);
        file.Dispose();
        Assert.True(scan.MoveNext());
        Assert.True(scan.MoveNext());
        scan.Dispose();
        Assert.Throws<ObjectDisposedException>(() => new RowScan(file, [file.BindTensor("id", null, null)], 0, 8, 4));
    }

    [Fact]
    public void ScanLeftEarly_StopsDecodingAhead()
    {
        using var file = Ids([50, 50, 50, 50], BodyCompression.Lz4Frame);
        var scan = new RowScan(file, [file.BindTensor("id", null, null)], 0, 200, 10);
        Assert.True(scan.MoveNext());
        scan.Dispose();
        scan.Dispose();
        Assert.Throws<ObjectDisposedException>(() => scan.MoveNext());
    }

    [Fact]
    public void ConcurrentScans_SeeTheSameRows()
    {
        using var file = Ids([500, 500, 500], BodyCompression.Zstd);
        var binding = file.BindTensor("id", null, null);
        var ids = file.BindValue("id");
        Parallel.For(0, 8, lane =>
        {
            var rows = Scans.Read(file, [binding], lane * 100, (lane * 100) + 700, 32).Rows;
            for (var row = 0; row < rows.Length; row++)
                Assert.Equal(ids.Get((lane * 100) + row).Integer, Scans.As<long>(rows[row][0])[0]);
        });
    }

    [Fact]
    public void ColumnOfAnotherFile_IsRefused()
    {
        using var one = Ids([1]);
        using var other = Ids([1]);
        Assert.Throws<ArgumentException>(() => new RowScan(one, [other.BindTensor("id", null, null)], 0, 1, 1));
    }

    [Fact]
    public void MappedFileLargerThanItsWindows_IsReadWhole()
    {
        const int rowCount = 3000;
        var path = Path.GetTempFileName();
        try
        {
            using (var stream = File.Create(path))
            {
                var (image, latent) = (new TensorColumnWriter("image", ElementType.Int32, [2048]), new BinaryColumnWriter("latent"));
                var writer = new ArrowWriter(stream, [image, latent]);
                for (var row = 0; row < rowCount; row++)
                {
                    image.AppendRows<int>(Enumerable.Repeat(row, 2048).ToArray());
                    latent.Append(BitConverter.GetBytes((long)row).AsSpan());
                }

                writer.Complete();
            }

            using var file = ArrowFile.Open(path);
            var columns = new[] { file.BindTensor("image", null, null), file.BindTensor("latent", ElementType.Int64, []) };
            var (rows, reasons) = Scans.Read(file, columns, 0, rowCount, 64);
            Assert.All(reasons, reason => Assert.Equal(UnscorableReason.None, reason));
            for (var row = 0; row < rowCount; row++)
            {
                Assert.All(Scans.As<int>(rows[row][0]), value => Assert.Equal(row, value));
                Assert.Equal(row, Scans.As<long>(rows[row][1])[0]);
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static long AllocatedBytes(ArrowFile file, ColumnBinding binding)
    {
        using var scan = new RowScan(file, [binding], 0, file.RowCount, 32);
        Assert.True(scan.MoveNext());
        var before = GC.GetAllocatedBytesForCurrentThread();
        while (scan.MoveNext())
        {
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static ArrowFile Ids(int[] batchRows, BodyCompression compression = BodyCompression.None)
    {
        var next = 0L;
        var source = new TestFile([TestArray.Numbers<long>("id", []).Field]) { Compression = compression };
        foreach (var rowCount in batchRows)
        {
            source.Add(TestArray.Numbers("id", Enumerable.Range(0, rowCount).Select(row => next + row).ToArray()));
            next += rowCount;
        }

        return source.Parse();
    }
}
