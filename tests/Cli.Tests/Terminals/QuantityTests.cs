namespace MirroredInfluence.Cli.Tests.Terminals;

public sealed class QuantityTests
{
    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(150 * 1024 * 1024, "150 MiB")]
    public void Bytes_AreReadable(double bytes, string text) => Assert.Equal(text, Quantity.Bytes(bytes));

    [Theory]
    [InlineData(0.04, "0.0 s")]
    [InlineData(9.94, "9.9 s")]
    [InlineData(59.4, "59 s")]
    [InlineData(59.6, "1 min 00 s")]
    [InlineData(3599, "59 min 59 s")]
    [InlineData(7500, "2 h 05 min")]
    [InlineData(360_000, "100 h 00 min")]
    public void Durations_AreReadable(double seconds, string text) => Assert.Equal(text, Quantity.Duration(seconds));
}
