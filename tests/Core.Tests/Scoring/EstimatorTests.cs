namespace MirroredInfluence.Core.Tests;

public sealed class EstimatorTests
{
    [Fact]
    public void ForwardInf_IsTheMeanLossDifferenceOverDraws()
    {
        var (influence, difference, mean, _) = Reduce("forward-inf", AscentDirection.Ascent, [1, 2, 3, 4], [2, 2, 5, 3], rowCount: 2);
        Assert.Equal([1.5f, -0.5f], influence);
        Assert.Equal([1.5f, -0.5f], difference);
        Assert.Equal([2f, 3f], mean);
    }

    [Fact]
    public void Skew_IsTheMeanRelativeDifferenceOverDraws()
    {
        var (influence, difference, _, _) = Reduce("skew", AscentDirection.Ascent, [1, 3], [2, 5], rowCount: 1);
        Assert.Equal((float)(((1 / 3.001) + (2 / 8.001)) / 2), Assert.Single(influence));
        Assert.Equal(1.5f, Assert.Single(difference));
    }

    [Theory]
    [InlineData("forward-inf")]
    [InlineData("skew")]
    public void Descent_FlipsTheInfluenceButNotTheLossDifference(string name)
    {
        var up = Reduce(name, AscentDirection.Ascent, [1, 2], [1.5f, 1], rowCount: 2);
        var down = Reduce(name, AscentDirection.Descent, [1, 2], [1.5f, 1], rowCount: 2);
        Assert.Equal(up.Influence.Select(value => -value), down.Influence);
        Assert.Equal(up.Difference, down.Difference);
    }

    [Fact]
    public void SmallDifferencesOfLargeLosses_AreRoundedOnce()
    {
        // 2²⁴ + (1, 2, 1) × 2: summed in float32 the mean of the losses would already have lost the difference.
        var (influence, _, _, _) = Reduce("forward-inf", AscentDirection.Ascent, [16777216, 16777216, 16777216], [16777218, 16777220, 16777218], rowCount: 1);
        Assert.Equal((float)(8.0 / 3), Assert.Single(influence));
    }

    [Theory]
    [InlineData(float.NaN, 1f)]
    [InlineData(1f, float.NaN)]
    [InlineData(1f, float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity, 1f)]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity)]
    public void ALossThatIsNotFinite_MakesItsRowUnscorableAndNoOther(float baseLoss, float ascendedLoss)
    {
        foreach (var name in Estimator.Names)
        {
            var (influence, difference, mean, reasons) = Reduce(name, AscentDirection.Ascent, [1, baseLoss, 1, 1], [2, ascendedLoss, 2, 2], rowCount: 2);
            Assert.Equal([UnscorableReason.None, UnscorableReason.NonFiniteLoss], reasons);
            Assert.True(float.IsFinite(influence[0]) && float.IsNaN(influence[1]) && float.IsNaN(difference[1]) && float.IsNaN(mean[1]));
        }
    }

    [Fact]
    public void ADifferenceBeyondFloat32_IsUnscorable() =>
        Assert.Equal(UnscorableReason.NonFiniteLoss, Reduce("forward-inf", AscentDirection.Ascent, [float.MinValue], [float.MaxValue], 1).Reasons[0]);

    [Fact]
    public void ARowThatIsAlreadyUnscorable_KeepsItsReason()
    {
        UnscorableReason[] reasons = [UnscorableReason.Null];
        var influence = new float[1];
        Estimator.Named("forward-inf").Reduce(AscentDirection.Ascent, [float.NaN], [1], reasons, influence, new float[1], new float[1]);
        Assert.Equal(UnscorableReason.Null, reasons[0]);
        Assert.True(float.IsNaN(influence[0]));
    }

    [Fact]
    public void LengthsThatDoNotFit_AreRefused() => Assert.Throws<ArgumentException>(() =>
        Estimator.Named("forward-inf").Reduce(AscentDirection.Ascent, new float[3], new float[3], new UnscorableReason[2], new float[2], new float[2], new float[2]));

    [Fact]
    public void Skew_IsDocumentedWithItsConstant()
    {
        const string formula = "ean over draws of (ℓ(θ̃) − ℓ(θ̂)) / (ℓ(θ̃) + ℓ(θ̂) + 0.001)";
        var (influence, _, _, _) = Reduce("skew", AscentDirection.Ascent, [0], [0.001f], rowCount: 1);

        Assert.Equal(0.5f, influence[0]);
        Assert.Contains(formula, Estimator.Named("skew").Description, StringComparison.Ordinal);
        Assert.Contains(formula, SpecField.All.Single(field => field.Path == "score.estimator").Description, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_AreThoseOfTheAssembly() => Assert.Equal(["forward-inf", "skew"], Estimator.Names);

    [Fact]
    public void AMistypedName_IsRefusedWithTheNearest()
    {
        var exception = Assert.Throws<MirroredException>(() => Estimator.Named("forwardinf"));
        Assert.Equal("score.estimator: found 'forwardinf'; expected one of forward-inf, skew; did you mean forward-inf?", exception.Message);
    }

    private static (float[] Influence, float[] Difference, float[] Mean, UnscorableReason[] Reasons) Reduce(
        string name, AscentDirection direction, float[] baseLoss, float[] ascendedLoss, int rowCount)
    {
        var (influence, difference, mean, reasons) = (new float[rowCount], new float[rowCount], new float[rowCount], new UnscorableReason[rowCount]);
        Estimator.Named(name).Reduce(direction, baseLoss, ascendedLoss, reasons, influence, difference, mean);
        return (influence, difference, mean, reasons);
    }
}
