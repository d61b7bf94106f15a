namespace MirroredInfluence.Core.Tests;

public sealed class RowSelectionTests
{
    [Theory]
    [InlineData("3", new long[] { 3 })]
    [InlineData("0..2,7", new long[] { 0, 1, 2, 7 })]
    [InlineData(" 7 , 0..2,1..3 ", new long[] { 0, 1, 2, 3, 7 })]
    [InlineData("5..5", new long[] { 5 })]
    public void AnyOrder_GivesEachRowOnceAscending(string text, long[] rows) => Assert.Equal(rows, RowSelection.Parse(text).Rows);

    [Theory]
    [InlineData("")]
    [InlineData("1,")]
    [InlineData("-1")]
    [InlineData("3..1")]
    [InlineData("1..2..3")]
    [InlineData("1.5")]
    [InlineData("99999999999999999999")]
    public void AnythingElse_IsRefused(string text) =>
        Assert.Equal(FailureKind.Invalid, Assert.Throws<MirroredException>(() => RowSelection.Parse(text)).Kind);
}
