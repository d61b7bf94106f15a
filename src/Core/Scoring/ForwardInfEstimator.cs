namespace MirroredInfluence;

internal sealed class ForwardInfEstimator : Estimator
{
    public override string Name => "forward-inf";

    public override string Description => "Mean over draws of ℓ(θ̃) − ℓ(θ̂).";

    protected override double OfDraw(double baseLoss, double ascendedLoss) => ascendedLoss - baseLoss;
}
