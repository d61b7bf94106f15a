namespace MirroredInfluence.Arrow.Tests;

public sealed class ValueTests
{
    [Fact]
    public void Integers_AreEqualWhateverTheirWidth()
    {
        using var file = TestFile.Open(TestArray.Numbers<sbyte>("narrow", [7]), TestArray.Numbers<ulong>("wide", [7]), TestArray.Text("text", ["7"]));
        Assert.Equal(file.BindValue("narrow").Get(0), file.BindValue("wide").Get(0));
        Assert.NotEqual(file.BindValue("narrow").Get(0), file.BindValue("text").Get(0));
    }

    [Theory]
    [InlineData(ArrowFormat.File)]
    [InlineData(ArrowFormat.Stream)]
    public void DictionaryDeltas_ExtendTheDictionary(ArrowFormat format)
    {
        TestArray Column(params byte[] indices) => TestArray.Dictionary("label", 5, TestArray.Text("", []).Field, indices, [.. indices.Select(index => index != 9)]);
        using var file = new TestFile([Column().Field]) { Format = format }
            .AddDictionary(5, false, TestArray.Text("", ["cat", null]))
            .Add(Column(0, 1, 9))
            .AddDictionary(5, true, TestArray.Text("", ["dog"]))
            .Add(Column(2, 0))
            .Parse();
        Assert.Equal<string?[]>(["cat", null, null, "dog", "cat"], file.ReadTexts("label"));
    }

    [Fact]
    public void DictionaryReplacedInAStream_CountsFromThereOn()
    {
        TestArray Column(params byte[] indices) => TestArray.Dictionary("label", 5, TestArray.Text("", []).Field, indices);
        var file = new TestFile([Column().Field])
            .AddDictionary(5, false, TestArray.Text("", ["cat"]))
            .Add(Column(0))
            .AddDictionary(5, false, TestArray.Text("", ["dog"]))
            .Add(Column(0))
            .Parse();
        using (file)
            Assert.Equal<string?[]>(["cat", "dog"], file.ReadTexts("label"));
    }

    [Fact]
    public void IndexOutsideTheDictionary_IsADataFailure()
    {
        using var file = new TestFile([TestArray.Dictionary<int>("label", 5, TestArray.Text("", []).Field, []).Field])
            .AddDictionary(5, false, TestArray.Text("", ["cat"]))
            .Add(TestArray.Dictionary("label", 5, TestArray.Text("", []).Field, [0, 1, -1]))
            .Parse();
        var column = file.BindValue("label");
        Assert.Equal("cat", column.Get(0).Text);
        Refusal.Is(FailureKind.Data, () => column.Get(1), "'label' row 1", "entry 1 of a dictionary of 1");
        Assert.False(column.TryGet(2, out _));
    }

    [Fact]
    public void LengthOf_IsThatOfTextAndBytes_AndZeroOfAllElse()
    {
        using var file = TestFile.Open(
            TestArray.Text("text", ["é", null, ""]), TestArray.Binary("bytes", [[1, 2, 3], [], [4]], ArrowKind.LargeBinary), TestArray.Numbers<int>("number", [1, 2, 3]));
        long[] Lengths(string column) => [.. Enumerable.Range(0, 3).Select(row => file.BindValue(column).LengthOf(row))];
        Assert.Equal([2, 0, 0], Lengths("text"));
        Assert.Equal([3, 0, 1], Lengths("bytes"));
        Assert.Equal([0, 0, 0], Lengths("number"));
    }

    [Fact]
    public void TextThatIsNotUtf8_IsADataFailure()
    {
        using var file = TestFile.Open(TestArray.Binary("caption", [[0x41], [0xff, 0xfe]], ArrowKind.Utf8));
        Assert.Equal("A", file.BindValue("caption").Get(0).Text);
        Refusal.Is(FailureKind.Data, () => file.BindValue("caption").Get(1), "'caption' row 1", "not UTF-8");
    }

    [Fact]
    public void OffsetsOutOfRange_AreADataFailure()
    {
        var values = TestArray.Binary("id", [[1], [2], [3]]);
        using var file = TestFile.Open(values with { Buffers = [TestArray.Offsets([1, -5, 90], false), [1, 2, 3]] });
        Assert.True(file.BindValue("id").TryGet(0, out _));
        Refusal.Is(FailureKind.Data, () => file.BindValue("id").Get(1), "'id' row 1", "1 to -4 of 3");
        Assert.False(file.BindValue("id").TryGet(2, out _));
    }

    [Fact]
    public void StructNull_MakesItsChildrenNull()
    {
        using var file = TestFile.Open(TestArray.Struct("image", [true, false], TestArray.Text("path", ["a", "b"])));
        Assert.Equal<string?[]>(["a", null], file.ReadTexts("image.path"));
    }

    [Fact]
    public void RowOutsideTheFile_IsRefused()
    {
        using var file = TestFile.Open(TestArray.Text("id", ["a"]));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.BindValue("id").Get(1));
    }

    [Fact]
    public void ColumnOfADisposedFile_IsNotRead()
    {
        var file = TestFile.Open(TestArray.Text("id", ["a"]));
        var column = file.BindValue("id");
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => column.Get(0));
    }
}
