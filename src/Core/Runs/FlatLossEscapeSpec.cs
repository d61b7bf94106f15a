using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace MirroredInfluence;

/// <summary>
/// When a query's loss before ascent is under <see cref="Threshold"/> its gradient says nothing. The test input is then moved to a random point
/// on a sphere of radius <see cref="Radius"/> around it and ascended again from θ̂; the radius grows by <see cref="Growth"/> until the loss
/// that is reached is at least <see cref="TargetLoss"/>. Defaults are the authors' notebook's.
/// </summary>
public sealed record FlatLossEscapeSpec
{
    [Description("The floating-point argument to move. Default: the model's only one.")]
    public string? Argument { get; init; }

    [Description("Loss before ascent, in nats, under which the query is moved.")]
    [Range(0, double.PositiveInfinity)]
    public double Threshold { get; init; } = 5e-3;

    [Description("L2 norm of the first move, in the model's units (after scale and offset).")]
    [Range(0, double.PositiveInfinity, MinimumIsExclusive = true)]
    public double Radius { get; init; } = 3.0;

    [Description("Factor of the radius from try to try.")]
    [Range(1, double.PositiveInfinity, MinimumIsExclusive = true)]
    public double Growth { get; init; } = 1.1;

    [Description("Loss, in nats, that the ascended model must reach on the moved input.")]
    [Range(0, double.PositiveInfinity)]
    public double TargetLoss { get; init; } = 1e-2;

    [Description("Tries before the run says that the query stays flat and goes on with the last one.")]
    [Range(1, int.MaxValue)]
    public int AttemptsMax { get; init; } = 50;
}
