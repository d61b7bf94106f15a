namespace MirroredInfluence.Core.Tests;

public sealed class Crc32Tests
{
    [Fact]
    public void CheckValue_IsThatOfTheStandard() => Assert.Equal(0xcbf43926, Crc32.Append(0, "123456789"u8));

    [Fact]
    public void Pieces_GiveTheCrcOfTheWhole()
    {
        var bytes = new byte[100];
        new Random(1).NextBytes(bytes);
        var whole = Crc32.Append(0, bytes);
        for (var cut = 0; cut <= bytes.Length; cut++)
            Assert.Equal(whole, Crc32.Append(Crc32.Append(0, bytes.AsSpan(0, cut)), bytes.AsSpan(cut)));
    }
}
