using System.IO.Hashing;
using System.Text;

namespace MirroredInfluence.Storage.Tests.Hashing;

/// <summary>The package's hash or the stand-in's (decision 0070): silos and clients with either understand each other.</summary>
public sealed class XxHash32Tests
{
    /// <summary>Expected: libxxhash 0.8.1.</summary>
    [Theory]
    [InlineData("", 0, 0x02cc5d05)]
    [InlineData("a", 0, 0x550d7456)]
    [InlineData("abc", 0, 0x32d153ff)]
    [InlineData("Nobody inspects the spammish repetition", 0, 0xe2293b2f)]
    [InlineData("MirroredInfluence.IRunGrain", 2654435761, 0x6c837728)]
    public void Hash_IsThatOfTheReference(string text, uint seed, uint expected) =>
        Assert.Equal(expected, XxHash32.HashToUInt32(Encoding.UTF8.GetBytes(text), unchecked((int)seed)));

    [Fact]
    public void WholeStripes_AreHashed() => Assert.Equal(0x31120435u, XxHash32.HashToUInt32([.. Enumerable.Range(0, 64).Select(value => (byte)value)]));

    [Fact]
    public void Bytes_AreBigEndian()
    {
        var hash = new byte[4];
        Assert.True(XxHash32.TryHash("a"u8, hash, out var written));
        Assert.Equal((4, "550d7456"), (written, Convert.ToHexStringLower(hash)));
        Assert.False(XxHash32.TryHash("a"u8, hash.AsSpan(1), out written));
        Assert.Equal(0, written);
    }
}
