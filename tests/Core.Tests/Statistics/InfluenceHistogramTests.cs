using static MirroredInfluence.Core.Tests.Arbitraries;

namespace MirroredInfluence.Core.Tests;

public sealed class InfluenceHistogramTests
{
    [Fact]
    public void AnyValue_LiesBetweenTheEdgesOfItsBin() => ForAll(Floats, values =>
    {
        foreach (var value in values)
        {
            var bin = InfluenceHistogram.BinOf(value);
            Assert.InRange(value, InfluenceHistogram.LowerOf(bin), InfluenceHistogram.UpperOf(bin));
        }
    });

    [Fact]
    public void Bins_AscendWithTheValueAndTouch() => ForAll(Floats, values =>
    {
        Array.Sort(values);
        var bins = values.Select(InfluenceHistogram.BinOf).ToArray();
        Assert.Equal(bins.Order(), bins);
        foreach (var bin in bins.Where(bin => InfluenceHistogram.UpperOf(bin) < float.MaxValue && bin != InfluenceHistogram.BinOf(-1e-45f)))
            Assert.Equal(InfluenceHistogram.LowerOf(bin + 1), MathF.BitIncrement(InfluenceHistogram.UpperOf(bin)));
    });

    [Fact]
    public void NormalValues_HaveBinsOfAnEighthAtMost() => ForAll(Floats, values =>
    {
        foreach (var value in values.Where(float.IsNormal))
        {
            var bin = InfluenceHistogram.BinOf(value);
            var width = (double)InfluenceHistogram.UpperOf(bin) - InfluenceHistogram.LowerOf(bin);
            Assert.True(width <= Math.Abs(value) / 8.0, $"{value} is in a bin {width} wide.");
        }
    });

    [Fact]
    public void MinusZero_IsCountedAsZero() => Assert.Equal(InfluenceHistogram.BinOf(0f), InfluenceHistogram.BinOf(-0f));

    [Fact]
    public void AnySplit_MergesToTheSameBins() => ForAll(FloatsInParts, values =>
    {
        var merged = new InfluenceHistogram();
        foreach (var part in values.GroupBy(pair => pair.Part))
            merged.Merge(Of([.. part.Select(pair => pair.Value)]));
        var whole = Of([.. values.Select(pair => pair.Value)]);
        Assert.Equal(whole.Bins, merged.Bins);
        Assert.Equal(values.Length, merged.Count);
        Assert.Equal(values.Length, merged.Bins.Sum(bin => bin.Count));
    });

    [Fact]
    public void Quantiles_AscendAndLieInTheBinsOfTheValues() => ForAll(Floats, values =>
    {
        var histogram = Of(values);
        var quantiles = Enumerable.Range(0, 11).Select(tenth => histogram.Quantile(tenth / 10.0)).ToArray();
        Assert.Equal(quantiles.Order(), quantiles);
        if (values.Length > 0)
            Assert.InRange(quantiles[10], InfluenceHistogram.LowerOf(InfluenceHistogram.BinOf(values.Max())), InfluenceHistogram.UpperOf(InfluenceHistogram.BinOf(values.Max())));
    });

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void ANonFiniteValue_IsRefused(float value) => Assert.Throws<ArgumentOutOfRangeException>(() => new InfluenceHistogram().Add(value));

    private static InfluenceHistogram Of(params float[] values)
    {
        var histogram = new InfluenceHistogram();
        foreach (var value in values)
            histogram.Add(value);
        return histogram;
    }
}
