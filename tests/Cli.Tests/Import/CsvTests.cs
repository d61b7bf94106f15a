namespace MirroredInfluence.Cli.Tests.Import;

public sealed class CsvTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Types_AreFoundFromAllValues()
    {
        var path = Write("i,f,t,zero,big,n\n1,1,a,007,1,\n-2,2.5,b,1,99999999999999999999,3\n");

        Assert.Equal("i: int64, f: float64, t: utf8, zero: utf8, big: utf8, n: int64?", Sources.Describe(path));
        Assert.Equal(["1 1 a 007 1 null", "-2 2.5 b 1 99999999999999999999 3"], Sources.ReadAll(path));
    }

    [Fact]
    public void Quotes_MayHoldDelimitersLineEndsAndDoubledQuotes()
    {
        var path = Write("a,b\r\n\"x,\"\"y\"\"\r\nz\",\"\"\r\n");

        Assert.Equal(["x,\"y\"\r\nz "], Sources.ReadAll(path));
    }

    [Fact]
    public void QuoteInsideAnUnquotedField_IsKept() => Assert.Equal(["6\" x"], Sources.ReadAll(Write("a,b\n6\",x\n")));

    [Theory]
    [InlineData("a;b\n1;2\n")]
    [InlineData("a\tb\n1\t2\n")]
    [InlineData("\uFEFFa,b\n1,2")]
    [InlineData("a,b\n\n1,2\n\n\n")]
    [InlineData("\"a;c;d\",b\n 1 ,2\n")]
    public void DelimitersMarksAndBlankLines_AreRecognised(string text) => Assert.Equal(["1 2"], Sources.ReadAll(Write(text)));

    [Fact]
    public void ColumnsByGlob_ArePackedUnderOneName()
    {
        var path = Write("label,p0,p1\n7,1,2\n8,3,\n");

        Assert.Equal("x: int64[2]?", Sources.Describe($"x={path}:p*"));
        Assert.Equal(["01000000000000000200000000000000", "null"], Sources.ReadAll($"x={path}:p*"));
        Assert.Equal("label: int64", Sources.Describe($"{path}:label"));
        Assert.Equal("y: int64", Sources.Describe($"y={path}:label"));
        Assert.Equal($"{path}: no column matches 'q*'; its columns are label, p0, p1.", Sources.Refusal(FailureKind.Invalid, () => Sources.Describe($"x={path}:q*")).Message);
    }

    [Fact]
    public void TextAmongPackedColumns_IsRefused()
    {
        var path = Write("p0,p1\n1,a\n");

        Assert.Equal($"{path}: column 'p1' holds text, so it cannot be packed into 'x'.", Sources.Refusal(FailureKind.Invalid, () => Sources.Describe($"x={path}:p*")).Message);
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("a,,b\n", "column 2 of 3 has no name")]
    [InlineData("a,a\n", "names column 'a' twice")]
    [InlineData("a,b\n1,2\n3\n", "line 3 has 1 fields; the header has 2")]
    [InlineData("a,b\n1,2,3\n", "line 2 has 3 fields; the header has 2")]
    [InlineData("a,b\n1,\"2\n", "opens a field on line 2 is never closed")]
    [InlineData("a,b\n\"1\"x,2\n", "line 2 goes on after a closing quote")]
    public void WrongFile_IsRefusedAtItsLine(string text, string part) =>
        Assert.Contains(part, Sources.Refusal(FailureKind.Data, () => Sources.ReadAll(Write(text))).Message, StringComparison.Ordinal);

    [Fact]
    public void TextThatIsNotUtf8_IsRefusedAtItsLine()
    {
        var path = _folder.Write("t.csv", [.. "a,b\nx,1\n"u8, 0xff, .. ",2\n"u8]);

        Assert.Equal($"{path}: line 3, column 'a' is not UTF-8 text.", Sources.Refusal(FailureKind.Data, () => Sources.ReadAll(path)).Message);
    }

    [Fact]
    public void FieldsLongerThanABlock_AreWhole()
    {
        var text = new string('x', 200_000);

        Assert.Equal([$"{text} 1"], Sources.ReadAll(Write($"a,b\n\"{text}\",1\n")));
    }

    private string Write(string text) => _folder.Write("t.csv", text);
}
