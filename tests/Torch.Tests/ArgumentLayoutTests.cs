namespace MirroredInfluence.Torch.Tests;

public sealed class ArgumentLayoutTests
{
    private static readonly ModelSignature Signature = new()
    {
        Arguments = [new("image", ElementType.Float32, [1, 2, 2]), new("label", ElementType.Int64, [])],
        HasPrefix = false,
        PrefixArguments = [],
        SuffixArguments = [],
        Tensors = [],
        ExporterText = null,
    };

    private static readonly ColumnArgument Image = Models.Column("image", ElementType.Float32, 1, 2, 2);
    private static readonly ColumnArgument Label = Models.Column("label", ElementType.Int64);

    [Fact]
    public void Sources_AreInForwardsOrder() =>
        Assert.Equal(["image", "label"], ArgumentLayout.Bind(Signature, [Label, Image]).Sources.Select(source => source.Name));

    [Fact]
    public void ArgumentWithoutColumn_IsRefused() => Refused("Argument 'label' of forward is bound to no column", Image);

    [Fact]
    public void ColumnWithoutArgument_IsRefused() => Refused("no argument 'caption'; its forward takes image, label", Image, Label, Label with { Name = "caption" });

    [Fact]
    public void ArgumentBoundTwice_IsRefused() => Refused("bound twice", Image, Label, Label);

    [Fact]
    public void AnotherDtypeThanDeclared_IsRefused() =>
        Refused("is float32 in the model's archive; image = column 'images' (float32 → float64 [1,2,2]) gives it float64", Image with { Dtype = ElementType.Float64 }, Label);

    [Fact]
    public void AnotherShapeThanDeclared_IsRefused() => Refused("rows of shape [1,2,2] in the model's archive; image = column 'images' (float32 → float32 [4]) gives it [4]", Image with { Shape = [4] }, Label);

    [Fact]
    public void FloatColumnForAnIntegerArgument_IsRefused() => Refused("whose values it cannot all hold", Image, Label with { StoredDtype = ElementType.Float64 });

    [Fact]
    public void WiderIntegerColumn_IsRefused() => Refused("whose values it cannot all hold", Image, Label with { StoredDtype = ElementType.UInt64 });

    [Fact]
    public void NarrowerIntegerColumn_IsTaken() => ArgumentLayout.Bind(Signature, [Image, Label with { StoredDtype = ElementType.UInt32 }]);

    [Fact]
    public void ScaleOfAnIntegerArgument_IsRefused() => Refused("scale 2 and offset 0 need a floating-point argument", Image, Label with { Scale = 2 });

    [Fact]
    public void DtypeThatLibtorchLacks_IsRefused()
    {
        var undeclared = Signature with { Arguments = [new("image", null, null)] };
        var message = Refusals.Invalid(() => ArgumentLayout.Bind(undeclared, [Image with { Dtype = ElementType.UInt16, StoredDtype = ElementType.UInt16 }]));
        Assert.Contains("libtorch has no such tensors", message, StringComparison.Ordinal);
    }

    private static void Refused(string words, params ArgumentSource[] sources) =>
        Assert.Contains(words, Refusals.Invalid(() => ArgumentLayout.Bind(Signature, sources)), StringComparison.Ordinal);
}
