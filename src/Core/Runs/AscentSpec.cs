using System.Collections.Immutable;

namespace MirroredInfluence;

/// <summary>θ̂ → θ̃: K optimiser steps that maximise (or minimise) the query's mean loss. Paper §3; defaults are the authors' data-leakage values but for the mode.</summary>
public sealed record AscentSpec
{
    public AscentDirection Direction { get; init; } = AscentDirection.Ascent;

    /// <summary>Optimiser steps K, 1 or more. Default 1.</summary>
    public int Steps { get; init; } = 1;

    public OptimizerKind Optimizer { get; init; } = OptimizerKind.Adam;

    /// <summary>Above 0. Default 0.005.</summary>
    public double LearningRate { get; init; } = 0.005;

    /// <summary>SGD only, 0 to below 1. Default 0.</summary>
    public double Momentum { get; init; }

    /// <summary>L2 term added to the gradient (SGD, Adam) or decoupled (AdamW), 0 or more. Default 0. It shrinks weights in either direction.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Mode of the modules during ascent. Scoring is always in eval mode. Default eval.</summary>
    public AscentMode Mode { get; init; } = AscentMode.Eval;

    /// <summary>Times each test row is repeated in the ascent's batch, 1 or more. Default 1; BatchNorm in train mode needs 2 rows.</summary>
    public int Repeat { get; init; } = 1;

    /// <summary>Globs over parameter names; only matching parameters move. Default: all. Fewer parameters is another score, not a faster way to the same.</summary>
    public ImmutableArray<string> Trainable { get; init; } = ["*"];

    /// <summary>Escape from a flat loss, off by default.</summary>
    public FlatLossEscapeSpec? FlatLossEscape { get; init; }
}
