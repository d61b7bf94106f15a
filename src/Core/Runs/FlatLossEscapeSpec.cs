namespace MirroredInfluence;

/// <summary>
/// When a query's loss before ascent is under <see cref="Threshold"/> its gradient says nothing. The test input is then moved to a random point
/// on a sphere of radius <see cref="Radius"/> around it and ascended again from θ̂; the radius grows by <see cref="Growth"/> until the loss
/// that is reached is at least <see cref="TargetLoss"/>. Defaults are the authors' notebook's.
/// </summary>
public sealed record FlatLossEscapeSpec
{
    /// <summary>The floating-point argument to move. Default: the model's only one.</summary>
    public string? Argument { get; init; }

    /// <summary>Nats. Default 0.005.</summary>
    public double Threshold { get; init; } = 5e-3;

    /// <summary>L2 norm, in the model's units (after scale and offset). Default 3.</summary>
    public double Radius { get; init; } = 3.0;

    /// <summary>Above 1. Default 1.1.</summary>
    public double Growth { get; init; } = 1.1;

    /// <summary>Nats, of the ascended model on the moved input. Default 0.01.</summary>
    public double TargetLoss { get; init; } = 1e-2;

    /// <summary>Tries before the run says that the query stays flat and goes on with the last one, 1 or more. Default 50.</summary>
    public int AttemptsMax { get; init; } = 50;
}
