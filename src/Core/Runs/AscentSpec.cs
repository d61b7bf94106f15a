using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace MirroredInfluence;

/// <summary>θ̂ → θ̃: K optimiser steps that maximise (or minimise) the query's mean loss. Paper §3; defaults are the authors' data-leakage values but for the mode.</summary>
public sealed record AscentSpec
{
    [Description("ascent maximises the query's loss, descent minimises it and flips the sign of the influence (paper Eq. 14).")]
    public AscentDirection Direction { get; init; } = AscentDirection.Ascent;

    [Description("Optimiser steps K.")]
    [Range(1, int.MaxValue)]
    public int Steps { get; init; } = 1;

    [Description("As in torch.optim, with its defaults: β = (0.9, 0.999), ε = 1e-8 for adam and adamw.")]
    public OptimizerKind Optimizer { get; init; } = OptimizerKind.Adam;

    [Description("Step size. Find one with mirrored tune: results depend on it.")]
    [Range(0, double.PositiveInfinity, MinimumIsExclusive = true)]
    public double LearningRate { get; init; } = 0.005;

    [Description("SGD only.")]
    [Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double Momentum { get; init; }

    [Description("L2 term added to the gradient (sgd, adam) or decoupled (adamw). It shrinks weights in either direction.")]
    [Range(0, double.PositiveInfinity)]
    public double WeightDecay { get; init; }

    [Description("Mode of the modules during ascent: eval; train (all: BatchNorm uses batch statistics and its buffers move); train-owners (only modules that own a trainable parameter). Scoring is always in eval mode.")]
    public AscentMode Mode { get; init; } = AscentMode.Eval;

    [Description("Times each test row is repeated in the ascent's batch. BatchNorm in train mode needs 2 rows.")]
    [Range(1, int.MaxValue)]
    public int Repeat { get; init; } = 1;

    [Description("Globs over parameter names; only matching parameters move. Fewer parameters is another score, not a faster way to the same.")]
    public ImmutableArray<string> Trainable { get; init; } = ["*"];

    [Description("Escape from a flat loss, off by default; {} uses the notebook's values.")]
    public FlatLossEscapeSpec? FlatLossEscape { get; init; }
}
