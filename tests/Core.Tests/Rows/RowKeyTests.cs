namespace MirroredInfluence.Core.Tests;

public sealed class RowKeyTests
{
    [Fact]
    public void AnInteger_IsItsOwnKey()
    {
        Assert.Equal(42UL, RowKey.Of(RowValue.Of(42L), 7));
        Assert.Equal(ulong.MaxValue, RowKey.Of(RowValue.Of(-1L), 7));
        Assert.Equal(1UL << 63, RowKey.Of(RowValue.Of(1UL << 63), 7));
    }

    /// <summary>SHA-256("abc") begins ba7816bf 8f01cfea (FIPS 180-2, appendix B.1).</summary>
    [Fact]
    public void ATextAndItsBytes_HaveTheFirstEightBytesOfTheirSha256()
    {
        Assert.Equal(0xEACF_018F_BF16_78BAUL, RowKey.Of(RowValue.Of("abc"), 7));
        Assert.Equal(0xEACF_018F_BF16_78BAUL, RowKey.Of(RowValue.Of("abc"u8), 7));
    }

    [Fact]
    public void ARowWithoutId_IsKeyedByItsIndex() => Assert.Equal(7UL, RowKey.Of(RowValue.Null, 7));

    [Fact]
    public void AFraction_NamesNoRow() => Assert.Throws<ArgumentException>(() => RowKey.Of(RowValue.Of(0.5), 7));
}
