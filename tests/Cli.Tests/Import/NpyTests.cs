using System.IO.Compression;
using System.Text;

namespace MirroredInfluence.Cli.Tests.Import;

public sealed class NpyTests : IDisposable
{
    private static readonly byte[] TwoByThree = [1, 2, 3, 4, 5, 6];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void EveryVersion_IsRead(int version)
    {
        var path = _folder.Write("x.npy", Sources.Npy("|u1", "2, 3", TwoByThree, version));

        Assert.Equal("x: uint8[3]", Sources.Describe(path));
        Assert.Equal(["010203", "040506"], Sources.ReadAll(path));
    }

    [Theory]
    [InlineData("<i2", "0200", "2")]
    [InlineData(">i2", "0002", "2")]
    [InlineData("<u4", "ffffffff", "4294967295")]
    [InlineData(">i8", "fffffffffffffffe", "-2")]
    [InlineData("<f2", "003e", "1.5")]
    [InlineData(">f8", "3ff8000000000000", "1.5")]
    [InlineData("|b1", "01", "true")]
    [InlineData("<U3", "c400000000f60100" + "00000000", "Ä😀")]
    [InlineData("|S4", "61620000", "ab")]
    public void Elements_OfEitherByteOrder_AreRead(string descr, string element, string value)
    {
        var path = _folder.Write("x.npy", Sources.Npy(descr, "1,", Convert.FromHexString(element)));

        Assert.Equal([value], Sources.ReadAll(path));
    }

    [Fact]
    public void FortranOrder_IsRefused_ButNotForOneDimension()
    {
        var matrix = _folder.Write("matrix.npy", Sources.Npy("|u1", "2, 3", TwoByThree, isFortranOrder: true));
        var vector = _folder.Write("vector.npy", Sources.Npy("|u1", "6,", TwoByThree, isFortranOrder: true));

        var refusal = Sources.Refusal(FailureKind.Data, () => Sources.Describe(matrix));

        Assert.Equal($"{matrix}: is stored in Fortran order, so its rows lie scattered. Save it with np.save(path, np.ascontiguousarray(array)).", refusal.Message);
        Assert.Equal(6, Sources.ReadAll(vector).Count);
    }

    [Fact]
    public void PickledObjects_AreNeverRead()
    {
        var path = _folder.Write("x.npy", Sources.Npy("|O", "1,", [0x80, 4, 0x2e]));

        Assert.Contains("pickled Python objects", Sources.Refusal(FailureKind.Data, () => Sources.Describe(path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", "structured")]
    [InlineData("{'descr': '<c8', 'fortran_order': False, 'shape': (1,)}", "'<c8' is not supported")]
    [InlineData("{'descr': '', 'fortran_order': False, 'shape': (1,)}", "'' is not supported")]
    [InlineData("{'descr': '<f4', 'fortran_order': Maybe, 'shape': (1,)}", "expected True or False, found 'Maybe")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", "expected a size, found '-1,)")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}", "expected a size")]
    [InlineData("{'descr': '<f4', 'fortran_order': False}", "no 'shape'")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': 1}", "unknown key 'more'")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': ()}", "holds a single value")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 9)}", "larger than any file")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 9223372036854775807)}", "larger than 256 MiB")]
    [InlineData("{'descr': '<U999999999', 'fortran_order': False, 'shape': (1,)}", "is not supported")]
    [InlineData("{'descr': '<f4", "expected a closing quote")]
    [InlineData("", "expected '{', found ''")]
    public void WrongHeader_IsRefused(string header, string part)
    {
        var path = _folder.Write("x.npy", Sources.NpyOf(header, new byte[4]));

        Assert.Contains(part, Sources.Refusal(FailureKind.Data, () => Sources.Describe(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TruncatedOrLongFile_IsRefused()
    {
        foreach (var elements in (byte[][])[new byte[5], new byte[7]])
        {
            var path = _folder.Write("x.npy", Sources.Npy("|u1", "2, 3", elements));

            Assert.Contains("its header promises", Sources.Refusal(FailureKind.Data, () => Sources.Describe(path)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void HeaderThatClaimsGigabytes_IsRefusedWithoutAllocating()
    {
        var path = _folder.Write("x.npy", [0x93, .. "NUMPY"u8, 2, 0, 0xff, 0xff, 0xff, 0x7f]);

        Assert.Contains("claims 2,147,483,647 bytes", Sources.Refusal(FailureKind.Data, () => Sources.Describe(path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<U1", "0000d800")]
    [InlineData("<U1", "00d80000")]
    [InlineData("|S1", "ff")]
    public void TextThatIsNoText_IsRefusedAtItsRow(string descr, string element)
    {
        var path = _folder.Write("x.npy", Sources.Npy(descr, "1,", Convert.FromHexString(element)));

        Assert.Contains("row 0", Sources.Refusal(FailureKind.Data, () => Sources.ReadAll(path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(CompressionLevel.NoCompression)]
    [InlineData(CompressionLevel.Optimal)]
    public void NpzArrays_StandSideBySide(CompressionLevel compression)
    {
        var path = _folder.Write("x.npz", Sources.Npz(
            compression,
            ("x", Sources.Npy("|u1", "2, 3", TwoByThree)),
            ("y", Sources.Npy("<i2", "2,", [7, 0, 8, 0]))));

        Assert.Equal("x: uint8[3], y: int16", Sources.Describe(path));
        Assert.Equal(["010203 7", "040506 8"], Sources.ReadAll(path));
        Assert.Equal(["7", "8"], Sources.ReadAll($"label={path}:y"));
        Assert.Equal("label: int16", Sources.Describe($"label={path}:y"));
    }

    [Fact]
    public void NpzMember_IsRefusedWithItsName()
    {
        var path = _folder.Write("x.npz", Sources.Npz(CompressionLevel.Optimal, ("x", Sources.Npy("|u1", "3,", [1, 2])), ("y", Sources.Npy("|u1", "3,", [1, 2, 3]))));

        Assert.StartsWith($"{path}:x: holds", Sources.Refusal(FailureKind.Data, () => Sources.Describe(path)).Message, StringComparison.Ordinal);
        Assert.Equal($"{path}: no array matches 'z'; its arrays are x, y.", Sources.Refusal(FailureKind.Invalid, () => Sources.Describe($"{path}:z")).Message);
        Assert.Contains("can name one array", Sources.Refusal(FailureKind.Invalid, () => Sources.Describe($"a={path}")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DamagedNpz_IsADataFailureAndNothingElse()
    {
        var whole = Sources.Npz(CompressionLevel.Optimal, ("x", Sources.Npy("|u1", "2, 3", TwoByThree)), ("y", Sources.Npy("|u1", "2,", [1, 2])));
        for (var offset = 0; offset < whole.Length; offset++)
        {
            foreach (var bad in (byte[])[0x00, 0x7f, 0xff])
            {
                var content = (byte[])whole.Clone();
                content[offset] = bad;
                var path = _folder.Write("x.npz", content);
                if (Record.Exception(() => Sources.ReadAll(path)) is { } exception)
                    Assert.IsType<MirroredException>(exception);
            }
        }
    }

    [Fact]
    public void TruncatedNpz_IsADataFailure()
    {
        var whole = Sources.Npz(CompressionLevel.Optimal, ("x", Sources.Npy("|u1", "2, 3", TwoByThree)));
        for (var length = 2; length < whole.Length; length++)
        {
            var path = _folder.Write("x.npz", whole.AsSpan(..length));

            Sources.Refusal(FailureKind.Data, () => Sources.ReadAll(path));
        }
    }

    [Fact]
    public void UnknownContent_IsRefused()
    {
        Assert.EndsWith("use it as it is.", Sources.Refusal(FailureKind.Invalid, () => Sources.Describe(_folder.Write("a", "ARROW1\0\0"))).Message, StringComparison.Ordinal);
        Sources.Refusal(FailureKind.Invalid, () => Sources.Describe(_folder.Write("b", [.. Encoding.ASCII.GetBytes("PAR1"), 1, 2, 3])));
        Sources.Refusal(FailureKind.Data, () => Sources.Describe(_folder.Write("c", [1, 0, 2, 0])));
    }
}
