namespace MirroredInfluence.Arrow.Tests;

/// <summary>Which columns hold tensors of which shapes, and what their rows are.</summary>
public sealed class BindingTests
{
    private static readonly float[] Six = [1, 2, 3, 4, 5, 6];

    [Fact]
    public void ElementKinds_AreInTheOrderOfElementTypes() =>
        Assert.All(Enum.GetValues<ElementType>(), element => Assert.Equal(element.Name(), element.Kind().Name()));

    [Fact]
    public void FixedListsInFixedLists_DeclareTheirShape()
    {
        using var file = TestFile.Open(TestArray.FixedList("x", 1, TestArray.FixedList("item", 3, TestArray.Numbers("item", Six))));
        Assert.Equal([1, 3], file.TryGetTensorLayout("x", out _)!.Shape!.Value);
        Assert.Equal([[1f, 2, 3], [4f, 5, 6]], Floats(file, "x", null));
        Assert.Equal([[1f, 2, 3], [4f, 5, 6]], Floats(file, "x", [3]));
    }

    [Fact]
    public void OneListLevel_TakesAnyShapeOfItsLength()
    {
        using var file = TestFile.Open(TestArray.List("x", [4, 2], TestArray.Numbers("item", Six)));
        var (rows, reasons) = Scans.Read(file, file.BindTensor("x", null, [2, 2]));
        Assert.Equal([1f, 2, 3, 4], Scans.As<float>(rows[0]));
        Assert.Equal([UnscorableReason.None, UnscorableReason.WrongLength], reasons);
    }

    [Fact]
    public void NestedLists_MatchDimensionsWithoutOnes()
    {
        var inner = TestArray.List("item", [3, 3, 2, 4, 3, 3], TestArray.Numbers("item", Enumerable.Range(0, 18).ToArray()), isLarge: true);
        using var file = TestFile.Open(TestArray.List("x", [2, 2, 2], inner));
        var (rows, reasons) = Scans.Read(file, file.BindTensor("x", null, [1, 2, 3]));
        Assert.Equal([UnscorableReason.None, UnscorableReason.WrongLength, UnscorableReason.None], reasons);
        Assert.Equal([12, 13, 14, 15, 16, 17], Scans.As<int>(rows[2]));
        Refusal.Is(FailureKind.Invalid, () => file.BindTensor("x", null, [3, 2, 3]), "nested 2 deep", "[3,2,3] has 3 dimensions");
    }

    [Fact]
    public void NullAtAnyLevel_MakesTheRowNull()
    {
        var numbers = TestArray.Numbers("item", Enumerable.Range(0, 10).ToArray(), [.. Enumerable.Range(0, 10).Select(index => index != 2)]);
        var lists = TestArray.List("x", [2, 2, 2, 2, 2], numbers, [true, true, false, true, true]);
        using var file = TestFile.Open(TestArray.Struct("s", [true, true, true, false, true], lists));
        var (_, reasons) = Scans.Read(file, file.BindTensor("s.x", null, [2]));
        Assert.Equal([UnscorableReason.None, UnscorableReason.Null, UnscorableReason.Null, UnscorableReason.Null, UnscorableReason.None], reasons);
    }

    [Theory]
    [InlineData(ArrowKind.Binary)]
    [InlineData(ArrowKind.LargeBinary)]
    public void RawBytes_AreRowsOfTheDeclaredShape(ArrowKind kind)
    {
        using var file = TestFile.Open(TestArray.Binary("latent", [[1, 0, 2, 0], [], null, [1, 2, 3, 4, 5]], kind));
        Assert.Null(file.TryGetTensorLayout("latent", out _)!.StoredDtype);
        var (rows, reasons) = Scans.Read(file, file.BindTensor("latent", ElementType.Int16, [2]));
        Assert.Equal<short>([1, 2], Scans.As<short>(rows[0]));
        Assert.Equal([UnscorableReason.None, UnscorableReason.WrongLength, UnscorableReason.Null, UnscorableReason.WrongLength], reasons);
    }

    [Fact]
    public void FixedSizeBinary_IsRawBytesOfOneLength()
    {
        using var file = TestFile.Open(TestArray.FixedBinary("x", 4, [[1, 0, 2, 0], null, [5, 0, 6, 0]]));
        var (rows, _) = Scans.Read(file, file.BindTensor("x", ElementType.Int16, [2]));
        Assert.Null(rows[1]);
        Assert.Equal<short>([5, 6], Scans.As<short>(rows[2]));
        Refusal.Is(FailureKind.Invalid, () => file.BindTensor("x", ElementType.Int16, [3]), "holds 4 bytes", "[3] int16 needs 6");
    }

    [Fact]
    public void StructChildren_AreFoundByPath_ADottedNameFirst()
    {
        using var file = TestFile.Open(
            TestArray.Struct("image", null, TestArray.Text("path", ["inner"]), TestArray.Text("a.b", ["deep"])),
            TestArray.Text("image.path", ["outer"]));
        Assert.Equal("outer", file.BindValue("image.path").Get(0).Text);
        Assert.Equal("deep", file.BindValue("image.a.b").Get(0).Text);
    }

    [Theory]
    [InlineData("""{"shape":[2,3]}""")]
    [InlineData("""{"shape":[2,3],"permutation":[0,1],"dim_names":["H","W"]}""")]
    public void FixedShapeTensor_DeclaresItsShape(string metadata)
    {
        var storage = TestArray.FixedList("x", 6, TestArray.Numbers("item", Six));
        using var file = TestFile.Open(storage.With(("ARROW:extension:name", "arrow.fixed_shape_tensor"), ("ARROW:extension:metadata", metadata)));
        Assert.Equal("arrow.fixed_shape_tensor", file.Schema.Fields[0].ExtensionName);
        Assert.Equal([2, 3], file.BindTensor("x", null, null).Shape);
        Assert.Equal([Six], Floats(file, "x", [1, 2, 3]));
    }

    [Theory]
    [InlineData("""{"shape":[2,3],"permutation":[1,0]}""", "permutes")]
    [InlineData("""{"shape":[2,4]}""", "[2,4] over 6 elements")]
    [InlineData("""{"shape":[-2,-3]}""", "no shape")]
    [InlineData("nonsense", "not JSON")]
    public void FixedShapeTensorThatDoesNotFit_IsRefused(string metadata, string problem)
    {
        var storage = TestArray.FixedList("x", 6, TestArray.Numbers("item", Six));
        using var file = TestFile.Open(storage.With(("ARROW:extension:name", "arrow.fixed_shape_tensor"), ("ARROW:extension:metadata", metadata)));
        Assert.Null(file.TryGetTensorLayout("x", out var found));
        Assert.Contains(problem, found, StringComparison.Ordinal);
        Refusal.Is(FailureKind.Invalid, () => file.BindTensor("x", null, null), "'x'", problem);
    }

    [Fact]
    public void ReadRows_CopiesARange()
    {
        using var file = TestFile.Open(TestArray.FixedList("x", 2, TestArray.Numbers("item", Six)));
        var rows = new float[4];
        file.ReadRows<float>("x", 1, rows);
        Assert.Equal([3, 4, 5, 6], rows);
        Refusal.Is(FailureKind.Invalid, () => file.ReadColumn<int>("x"), "float32, not int32");
    }

    [Fact]
    public void ReadColumn_RefusesNulls()
    {
        using var file = TestFile.Open(TestArray.Numbers("x", Six, [true, true, false, true, true, true]));
        Refusal.Is(FailureKind.Data, () => file.ReadColumn<float>("x"), "'x' row 2", "Null");
    }

    [Theory]
    [InlineData("id", "text", "dictionary")]
    public void DictionaryColumn_IsNoTensor(string column, string value, string problem)
    {
        using var file = new TestFile([TestArray.Dictionary<sbyte>(column, 1, TestArray.Text("", []).Field, []).Field])
            .AddDictionary(1, false, TestArray.Text("", [value])).Parse();
        Refusal.Is(FailureKind.Invalid, () => file.BindTensor(column, null, null), $"'{column}'", problem);
    }

    private static float[][] Floats(ArrowFile file, string column, ImmutableArray<int>? shape) =>
        [.. Scans.Read(file, file.BindTensor(column, null, shape)).Rows.Select(Scans.As<float>)];
}
