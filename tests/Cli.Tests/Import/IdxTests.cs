using MirroredInfluence.Cli.Import;

namespace MirroredInfluence.Cli.Tests.Import;

public sealed class IdxTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Images_KeepTheirShapeAndBytes()
    {
        var path = _folder.Write("images-idx3-ubyte", Sources.Idx([2, 2, 3], 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));

        Assert.Equal("images-idx3-ubyte: uint8[2][3]", Sources.Describe(path));
        Assert.Equal(["010203040506", "0708090a0b0c"], Sources.ReadAll(path));
    }

    [Fact]
    public void GzippedLabels_AreUnpacked()
    {
        var path = _folder.Write("labels.gz", Sources.Gzip(Sources.Idx([3], 9, 0, 255)));

        Assert.Equal("label: uint8", Sources.Describe($"label={path}"));
        Assert.Equal(["9", "0", "255"], Sources.ReadAll(path));
    }

    [Theory]
    [InlineData(0x09, "int8", "ff", "-1")]
    [InlineData(0x0b, "int16", "fffe", "-2")]
    [InlineData(0x0c, "int32", "00010000", "65536")]
    [InlineData(0x0d, "float32", "3fc00000", "1.5")]
    [InlineData(0x0e, "float64", "bfe0000000000000", "-0.5")]
    public void BigEndianElements_AreTurnedRound(byte type, string dtype, string element, string value)
    {
        var path = _folder.Write("x", Sources.Idx(type, [1], Convert.FromHexString(element)));

        Assert.Equal($"x: {dtype}", Sources.Describe(path));
        Assert.Equal([value], Sources.ReadAll(path));
    }

    [Fact]
    public void SkippedRows_AreNotRead()
    {
        foreach (var name in (string[])["plain", "packed.gz"])
        {
            var content = Sources.Idx([4, 2], 0, 0, 1, 1, 2, 2, 3, 3);
            var path = _folder.Write(name, name == "plain" ? content : Sources.Gzip(content));
            using var files = new SourceFiles();
            var source = RowSources.Open(SourceSpec.Parse(path), files).Single();

            source.SkipRows(2);
            source.ReadRow();

            Assert.Equal([2, 2], source.Columns[0].Value.ToArray());
        }
    }

    [Fact]
    public void TruncatedFile_IsRefusedBeforeAnyRow()
    {
        var path = _folder.Write("x", Sources.Idx([2, 2], 1, 2, 3));

        var refusal = Sources.Refusal(FailureKind.Data, () => Sources.Describe(path));

        Assert.Equal($"{path}: holds 15 bytes; its header promises 16. Fetch the file again.", refusal.Message);
    }

    [Fact]
    public void TruncatedGzip_IsRefusedAtItsRow()
    {
        var path = _folder.Write("x", Sources.Gzip(Sources.Idx([2, 2], 1, 2, 3)));

        var refusal = Sources.Refusal(FailureKind.Data, () => Sources.ReadAll(path));

        Assert.Equal($"{path}: ends within row 1; its header promises 2 rows of 2 bytes. Fetch the file again.", refusal.Message);
    }

    [Fact]
    public void DamagedGzip_IsRefused()
    {
        var content = Sources.Gzip(Sources.Idx([4, 4096], [.. Enumerable.Range(0, 4 * 4096).Select(i => (byte)(i * i))]));
        content.AsSpan(content.Length / 2, 64).Fill(0xa5);
        var path = _folder.Write("x", content);

        Sources.Refusal(FailureKind.Data, () => Sources.ReadAll(path));
    }

    [Fact]
    public void SizesThatOverflow_AreRefusedWithoutAllocating()
    {
        var path = _folder.Write("x", Sources.Gzip(Sources.Idx([1, uint.MaxValue, uint.MaxValue, uint.MaxValue])));

        Assert.Contains("larger than 256 MiB", Sources.Refusal(FailureKind.Data, () => Sources.Describe(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EmptyRows_AreRefused()
    {
        var path = _folder.Write("x", Sources.Idx([5, 0]));

        Sources.Refusal(FailureKind.Data, () => Sources.Describe(path));
    }

    [Fact]
    public void HeaderCutShort_IsRefused()
    {
        var path = _folder.Write("x", Sources.Idx([5, 1]).AsSpan(..7));

        Assert.Equal($"{path}: ends within its IDX header. Fetch the file again.", Sources.Refusal(FailureKind.Data, () => Sources.Describe(path)).Message);
    }

    [Fact]
    public void MissingFile_IsNamed()
    {
        Assert.Equal("nowhere.gz: no such file.", Sources.Refusal(FailureKind.Invalid, () => Sources.Describe("image=nowhere.gz")).Message);
    }
}
