using System.Numerics;
using static MirroredInfluence.Core.Tests.Arbitraries;

namespace MirroredInfluence.Core.Tests;

public sealed class MomentsTests
{
    [Fact]
    public void KnownValues_HaveTheirMeanAndPopulationDeviation()
    {
        var moments = Of(2, 4, 4, 4, 5, 5, 7, 9);
        Assert.Equal(8, moments.Count);
        Assert.Equal(5.0, moments.Mean);
        Assert.Equal(2.0, moments.Deviation);
    }

    [Fact]
    public void NoValues_HaveMeanAndDeviationZero()
    {
        Assert.Equal(0.0, Of().Mean);
        Assert.Equal(0.0, Of().Deviation);
    }

    [Fact]
    public void EqualValues_HaveDeviationZero() => Assert.Equal(0.0, Of(0.1f, 0.1f, 0.1f).Deviation);

    [Fact]
    public void AThirdOfOne_IsRoundedOnce() => Assert.Equal(1.0 / 3, Of(1, 0, 0).Mean);

    [Fact]
    public void TwoNeighbours_AreHalfTheirDistanceFromTheMean()
    {
        var next = MathF.BitIncrement(1f);
        Assert.Equal((next - 1.0) / 2, Of(1f, next).Deviation);
    }

    /// <summary>The double nearest to √v is the only one whose neighbouring midpoints enclose it.</summary>
    [Fact]
    public void AnyValues_HaveTheNearestDeviation() => ForAll(Floats, values =>
    {
        if (values.Length == 0)
            return;
        var deviation = Of(values).Deviation;
        BigInteger n = values.Length;
        var sum = values.Aggregate(BigInteger.Zero, (total, value) => total + ExactSumTests.Units(value));
        var squares = values.Aggregate(BigInteger.Zero, (total, value) => total + BigInteger.Pow(ExactSumTests.Units(value), 2));
        var variance = (n * squares) - (sum * sum);   // n² × variance, in units of 2⁻⁵⁹⁶
        Assert.True(variance >= BigInteger.Pow(n * MidpointUnits(Math.BitDecrement(deviation), deviation), 2) >> 800 || deviation == 0);
        Assert.True(variance << 800 <= BigInteger.Pow(n * MidpointUnits(deviation, Math.BitIncrement(deviation)), 2) || (deviation == 0 && variance.IsZero));
    });

    [Fact]
    public void AnySplit_MergesToTheSameMoments() => ForAll(FloatsInParts, values =>
    {
        var merged = new Moments();
        foreach (var part in values.GroupBy(pair => pair.Part))
            merged.Merge(Of([.. part.Select(pair => pair.Value)]));
        var whole = Of([.. values.Select(pair => pair.Value)]);
        Assert.Equal(whole.Count, merged.Count);
        Assert.Equal(whole.Mean, merged.Mean);
        Assert.Equal(whole.Deviation, merged.Deviation);
    });

    /// <summary>The midpoint of two doubles in units of 2⁻⁶⁹⁸, so that no double of interest loses bits.</summary>
    private static BigInteger MidpointUnits(double low, double high) => (Units(low) + Units(high)) / 2;

    private static BigInteger Units(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(Math.Abs(value));
        var exponent = (int)(bits >> 52);
        BigInteger mantissa = (bits & 0xF_FFFF_FFFF_FFFF) | (exponent == 0 ? 0 : 1L << 52);
        var shift = Math.Max(exponent, 1) - 1075 + 698;
        return Math.Sign(value) * (shift >= 0 ? mantissa << shift : mantissa >> -shift);
    }

    private static Moments Of(params float[] values)
    {
        var moments = new Moments();
        foreach (var value in values)
            moments.Add(value);
        return moments;
    }
}
