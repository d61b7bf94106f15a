using System.Collections.Immutable;

namespace MirroredInfluence.Torch.Tests;

/// <summary>One ascent of tests/golden/torch/ascents.json.</summary>
internal sealed record GoldenAscent(
    string Model, AscentSpec Spec, double LossBefore, double LossAfter, ImmutableSortedDictionary<string, float[]> Tensors);
