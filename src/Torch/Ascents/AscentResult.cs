namespace MirroredInfluence.Torch;

/// <param name="Weights">θ̃ as a delta; the caller disposes it.</param>
/// <param name="LossBefore">Mean loss of the query under θ̂, in eval mode, on the (moved) input.</param>
/// <param name="LossAfter">The same under θ̃.</param>
public sealed record AscentResult(WeightSet Weights, double LossBefore, double LossAfter);
