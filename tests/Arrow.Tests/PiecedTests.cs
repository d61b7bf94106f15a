namespace MirroredInfluence.Arrow.Tests;

public sealed class PiecedTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(ArrowFormat.File, BodyCompression.None)]
    [InlineData(ArrowFormat.File, BodyCompression.Zstd)]
    [InlineData(ArrowFormat.Stream, BodyCompression.None)]
    [InlineData(ArrowFormat.Stream, BodyCompression.Lz4Frame)]
    public void RowsThatComeInPieces_AreThoseOfTheFile(ArrowFormat format, BodyCompression compression)
    {
        var bytes = Rows(format, compression, batchCount: 150);
        using var near = ArrowFile.Parse(bytes, "near.arrow");
        using var far = ArrowFile.Open(new PiecedBytes(bytes, _folder));
        Assert.Equal(near.RowCount, far.RowCount);

        var expected = Scans.Read(near, Bind(near), 0, near.RowCount, 32).Rows;
        Parallel.For(0, 6, start => Assert.Equal(expected[(start * 37)..], Scans.Read(far, Bind(far), start * 37, far.RowCount, 32).Rows));

        var (names, farNames) = (near.BindValue("name"), far.BindValue("name"));
        for (var row = near.RowCount - 1; row >= 0; row -= 61)
            Assert.Equal(names.Get(row), farNames.Get(row));
    }

    [Fact]
    public void ScanOfSomeRows_BringsTheirPiecesOnly()
    {
        var bytes = Rows(ArrowFormat.File, BodyCompression.None, batchCount: 150);
        var content = new PiecedBytes(bytes, _folder);
        using var file = ArrowFile.Open(content);
        Assert.Empty(content.OpenedPieces);

        var batch = file.RecordBatches[100];
        Scans.Read(file, [file.BindTensor("far", null, null)], batch.RowStart, batch.RowStart + 3, 32);
        Assert.InRange(content.OpenedPieces.Count, 1, 2);
        Assert.Equal(content.OpenedPieces.Count, content.OpenedPieces.Distinct().Count());
    }

    [Fact]
    public void PiecesBehindAScan_AreGivenBack()
    {
        var content = new PiecedBytes(Rows(ArrowFormat.File, BodyCompression.None, batchCount: 150), _folder);
        using var file = ArrowFile.Open(content);
        Scans.Read(file, Bind(file), 0, file.RowCount, 32);
        var before = content.OpenedPieces;
        Assert.Equal(before.Count, before.Distinct().Count());

        Scans.Read(file, Bind(file), 0, file.RecordBatches[0].RowCount, 32);
        Assert.Contains(0, content.OpenedPieces.Skip(before.Count));
    }

    [Fact]
    public void PieceThatFails_FailsItsScanAndComesLater()
    {
        var bytes = Rows(ArrowFormat.File, BodyCompression.None, batchCount: 40);
        var content = new PiecedBytes(bytes, _folder) { FailureOf = piece => piece == 3 ? Failure.Unavailable("piece 3 is not to be had") : null };
        using var file = ArrowFile.Open(content);
        for (var i = 0; i < 2; i++)
            Assert.Contains("piece 3", Assert.Throws<MirroredException>(() => Scans.Read(file, Bind(file), 0, file.RowCount, 32)).Message, StringComparison.Ordinal);

        content.FailureOf = _ => null;
        using var near = ArrowFile.Parse(bytes, "near.arrow");
        Assert.Equal(Scans.Read(near, Bind(near), 0, near.RowCount, 32).Rows, Scans.Read(file, Bind(file), 0, file.RowCount, 32).Rows);
    }

    [Fact]
    public void SmallFile_ComesInOnePiece()
    {
        var content = new PiecedBytes(Rows(ArrowFormat.File, BodyCompression.None, batchCount: 1), _folder) { PieceBytes = 1 << 20 };
        using var file = ArrowFile.Open(content);
        Scans.Read(file, Bind(file), 0, file.RowCount, 32);
        Assert.Equal([0], content.OpenedPieces);
        Assert.Equal(0, content.ReadBytes);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5000)]
    public void CutFile_IsRefusedAsALocalOneIs(int keptBytes)
    {
        var bytes = Rows(ArrowFormat.File, BodyCompression.None, batchCount: 150)[..keptBytes];
        var expected = Assert.Throws<MirroredException>(() => ArrowFile.Parse(bytes, "far.arrow"));
        var found = Assert.Throws<MirroredException>(() => ArrowFile.Open(new PiecedBytes(bytes, _folder)));
        Assert.Equal(FailureKind.Data, found.Kind);
        Assert.Equal(keptBytes == 0 ? "far.arrow: the file is empty; expected Arrow IPC." : expected.Message, found.Message);
    }

    private static ColumnBinding[] Bind(ArrowFile file) => [file.BindTensor("near", null, null), file.BindTensor("far", null, null)];

    /// <summary>Two tensor columns and a text, record batches of 1 to 60 rows.</summary>
    private static byte[] Rows(ArrowFormat format, BodyCompression compression, int batchCount)
    {
        var random = new Random(batchCount);
        TestFile? file = null;
        for (var batch = 0; batch < batchCount; batch++)
        {
            var count = batch % 60 + 1;
            TestArray[] columns =
            [
                TestArray.Numbers("near", [.. Enumerable.Range(0, count).Select(_ => random.NextInt64(1000))]),
                TestArray.Numbers("far", [.. Enumerable.Range(0, count).Select(_ => random.NextInt64())]),
                TestArray.Text("name", [.. Enumerable.Range(0, count).Select(row => $"{batch}/{row}")]),
            ];
            file ??= new TestFile([.. columns.Select(column => column.Field)]) { Format = format, Compression = compression };
            file.Add(columns);
        }

        return file!.ToBytes();
    }
}
