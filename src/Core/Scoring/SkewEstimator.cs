namespace MirroredInfluence;

internal sealed class SkewEstimator : Estimator
{
    private const double Floor = 1e-3;

    public override string Name => "skew";

    public override string Description => "Mean over draws of (ℓ(θ̃) − ℓ(θ̂)) / (ℓ(θ̃) + ℓ(θ̂) + 0.001): the relative difference.";

    protected override double OfDraw(double baseLoss, double ascendedLoss) =>
        (ascendedLoss - baseLoss) / (ascendedLoss + baseLoss + Floor);
}
