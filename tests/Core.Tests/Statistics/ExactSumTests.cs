using System.Numerics;
using static MirroredInfluence.Core.Tests.Arbitraries;

namespace MirroredInfluence.Core.Tests;

public sealed class ExactSumTests
{
    [Fact]
    public void AnyValues_SumToTheirRationalSum() => ForAll(Floats, values =>
    {
        var sum = Sum(values);
        Assert.Equal(values.Aggregate(BigInteger.Zero, (total, value) => total + Units(value)), sum.ToBigInteger());
    });

    [Fact]
    public void AnyValues_SumOfSquaresIsTheirRationalSum() => ForAll(Floats, values =>
    {
        var sum = new ExactSum();
        foreach (var value in values)
            sum.AddSquare(value);
        var oracle = values.Aggregate(BigInteger.Zero, (total, value) => total + BigInteger.Pow(Units(value), 2));
        Assert.Equal(oracle >> 298, sum.ToBigInteger());
        Assert.Equal(oracle, sum.ToBigInteger() << 298);
    });

    [Fact]
    public void AnySplit_MergesToTheSameBytes() => ForAll(FloatsInParts, values =>
    {
        var parts = values.GroupBy(pair => pair.Part).Select(part => Sum(part.Select(pair => pair.Value))).ToArray();
        var forwards = new ExactSum();
        foreach (var part in parts)
            forwards.Merge(part);
        var backwards = new ExactSum();
        foreach (var part in parts.Reverse())
            backwards.Merge(part);
        var whole = Bytes(Sum(values.Select(pair => pair.Value)));
        Assert.Equal(whole, Bytes(forwards));
        Assert.Equal(whole, Bytes(backwards));
    });

    [Fact]
    public void AnySum_ReadsBackFromItsBytes() => ForAll(Floats, values =>
        Assert.Equal(Sum(values).ToBigInteger(), ExactSum.Read(Bytes(Sum(values))).ToBigInteger()));

    [Fact]
    public void ASumThatWasReadBack_GoesOnExactly() => ForAll(Floats, values =>
    {
        var half = values.Length / 2;
        var sum = ExactSum.Read(Bytes(Sum(values[..half])));
        foreach (var value in values[half..])
            sum.Add(value);
        Assert.Equal(Bytes(Sum(values)), Bytes(sum));
    });

    [Theory]
    [InlineData(new[] { float.MaxValue, 1e-45f, float.MinValue }, 1.401298464324817e-45)]
    [InlineData(new[] { 16777216f, 1f, 1f, -16777216f }, 2.0)]
    [InlineData(new[] { 0.1f, 0.2f, -0.3f }, 0.1f + (double)0.2f - 0.3f)]
    [InlineData(new float[0], 0.0)]
    [InlineData(new[] { -0f }, 0.0)]
    public void Cancellation_LosesNothing(float[] values, double expected) => Assert.Equal(expected, Sum(values).ToDouble());

    [Fact]
    public void ManyAdditionsToOneLimb_CarryWithoutLoss()
    {
        var sum = new ExactSum();
        const int Count = 3_000_000;
        for (var i = 0; i < Count; i++)
            sum.Add(float.MaxValue);
        Assert.Equal(Count * Units(float.MaxValue), sum.ToBigInteger());
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void ANonFiniteValue_IsRefused(float value)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ExactSum().Add(value));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ExactSum().AddSquare(value));
    }

    /// <summary>A float32 in units of 2⁻²⁹⁸, by way of double and without bit tricks.</summary>
    internal static BigInteger Units(float value) => new BigInteger(Math.ScaleB(value, 149)) << 149;

    private static ExactSum Sum(IEnumerable<float> values)
    {
        var sum = new ExactSum();
        foreach (var value in values)
            sum.Add(value);
        return sum;
    }

    private static byte[] Bytes(ExactSum sum)
    {
        var bytes = new byte[ExactSum.SizeBytes];
        sum.WriteTo(bytes);
        return bytes;
    }
}
