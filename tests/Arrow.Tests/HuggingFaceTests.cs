namespace MirroredInfluence.Arrow.Tests;

/// <summary>Streams as Hugging Face datasets writes them: 1,000-row batches, images as struct&lt;bytes, path&gt;, arrays as nested lists with an extension.</summary>
public sealed class HuggingFaceTests
{
    private const int BatchRows = 1000;
    private const int BatchCount = 3;

    [Fact]
    public void DatasetStream_IsReadByItsOwnShape()
    {
        using var file = Dataset().Parse();
        Assert.Equal(ArrowFormat.Stream, file.Format);
        Assert.Equal(BatchRows * BatchCount, file.RowCount);

        var pixels = file.BindTensor("pixels", null, null);
        Assert.Equal([2, 3], pixels.Shape);
        Assert.Equal(ElementType.Float32, pixels.StoredDtype);
        var columns = new[] { pixels, file.BindTensor("pixels", null, [1, 2, 3]), file.BindTensor("label", null, null), file.BindTensor("tokens", null, [4]) };
        var (rows, reasons) = Scans.Read(file, columns, 0, file.RowCount, 32);
        Assert.All(reasons, reason => Assert.Equal(UnscorableReason.None, reason));
        for (var row = 0; row < rows.Length; row++)
        {
            Assert.Equal([row, row + 1, row + 2, row + 3, row + 4, row + 5], Scans.As<float>(rows[row][0]));
            Assert.Equal(rows[row][0], rows[row][1]);
            Assert.Equal(row % 10, Scans.As<long>(rows[row][2])[0]);
            Assert.Equal([row, 0, 0, row], Scans.As<int>(rows[row][3]));
        }

        Assert.Equal("2500.png", file.BindValue("image.path").Get(2500).Text);
        Assert.Equal([0x89, 2500 % 256], file.BindValue("image.bytes").Get(2500).Bytes.ToArray());
    }

    [Theory]
    [InlineData("""[[null, 3], "float32"]""")]
    public void ArrayWithAFreeDimension_NeedsADeclaredShape(string metadata)
    {
        var rows = TestArray.List("item", [3, 3], TestArray.Numbers<float>("item", [1, 2, 3, 4, 5, 6]));
        using var file = TestFile.Open(TestArray.List("x", [2], rows).With(Extension(2), ("ARROW:extension:metadata", metadata)));
        Assert.Null(file.TryGetTensorLayout("x", out _)!.Shape);
        Refusal.Is(FailureKind.Invalid, () => file.BindTensor("x", null, null), "'x'", "declare their shape");
        Assert.Equal([UnscorableReason.None], Scans.Read(file, file.BindTensor("x", null, [2, 3])).Reasons);
    }

    [Fact]
    public void ArrayWhoseMetadataDoNotFit_IsRefused()
    {
        using var file = TestFile.Open(TestArray.List("x", [1], TestArray.Numbers<float>("item", [1])).With(Extension(3), ("ARROW:extension:metadata", "[[1, 1, 1], \"float32\"]")));
        Refusal.Is(FailureKind.Invalid, () => file.BindTensor("x", null, null), "Array3DExtensionType", "no shape of 1 dimensions");
    }

    [Fact]
    public void ArrayOverFixedListsOfAnotherSize_IsRefused()
    {
        var rows = TestArray.FixedList("item", 3, TestArray.Numbers("item", new float[12]));
        using var file = TestFile.Open(TestArray.List("x", [2, 2], rows).With(Extension(2), ("ARROW:extension:metadata", "[[2, 5], \"float32\"]")));
        Refusal.Is(FailureKind.Invalid, () => file.BindTensor("x", null, null), "lists at depth 2 have 3 elements; shape [2,5] needs 5");
    }

    private static TestFile Dataset()
    {
        TestFile? file = null;
        for (var batch = 0; batch < BatchCount; batch++)
        {
            int[] rows = [.. Enumerable.Range(batch * BatchRows, BatchRows)];
            var pixels = TestArray.Numbers("item", rows.SelectMany(row => Enumerable.Range(row, 6)).Select(value => (float)value).ToArray());
            TestArray[] columns =
            [
                TestArray.Struct(
                    "image",
                    null,
                    TestArray.Binary("bytes", [.. rows.Select(row => new[] { (byte)0x89, (byte)row })]),
                    TestArray.Text("path", [.. rows.Select(row => $"{row}.png")])),
                TestArray.List("pixels", [.. Enumerable.Repeat(2, BatchRows)], TestArray.List("item", [.. Enumerable.Repeat(3, 2 * BatchRows)], pixels))
                    .With(Extension(2), ("ARROW:extension:metadata", """[[2, 3], "float32"]""")),
                TestArray.Numbers("label", rows.Select(row => row % 10L).ToArray()),
                TestArray.List("tokens", [.. Enumerable.Repeat(4, BatchRows)], TestArray.Numbers("item", rows.SelectMany(row => new[] { row, 0, 0, row }).ToArray())),
            ];
            file = file?.Add(columns) ?? TestFile.Of(columns);
        }

        return file!;
    }

    private static (string, string) Extension(int dimensions) =>
        ("ARROW:extension:name", $"datasets.features.features.Array{dimensions}DExtensionType");
}
