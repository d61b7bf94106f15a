using System.Collections.Immutable;

namespace MirroredInfluence;

/// <summary>
/// Reduces a row's losses over draws to its influence. A further estimator is one file: a class in this assembly with a parameterless constructor.
/// </summary>
public abstract class Estimator
{
    private static readonly ImmutableSortedDictionary<string, Estimator> ByName = typeof(Estimator).Assembly.GetTypes()
        .Where(type => type.IsSubclassOf(typeof(Estimator)) && !type.IsAbstract)
        .Select(type => (Estimator)Activator.CreateInstance(type)!)
        .ToImmutableSortedDictionary(estimator => estimator.Name, estimator => estimator, StringComparer.Ordinal);

    /// <summary>Every estimator's name, ordinally sorted.</summary>
    public static IEnumerable<string> Names => ByName.Keys;

    /// <summary>The name in <c>score.estimator</c>.</summary>
    public abstract string Name { get; }

    /// <summary>What the estimator computes, in one line for help texts.</summary>
    public abstract string Description { get; }

    /// <exception cref="MirroredException">Invalid: there is no estimator of this name.</exception>
    public static Estimator Named(string name) => ByName.TryGetValue(name, out var estimator)
        ? estimator
        : throw Failure.Invalid($"score.estimator: found '{name}'; expected one of {string.Join(", ", Names)}{NearestName.Ending(name, Names)}");

    /// <summary>
    /// Reduces the losses of one mini-batch under one weight set. Means over draws are accumulated in double in draw order and rounded once.
    /// A row with a loss that is NaN or infinite becomes <see cref="UnscorableReason.NonFiniteLoss"/>; rows that already have a reason are
    /// passed over. Outputs of unscorable rows are NaN.
    /// </summary>
    /// <param name="direction">Descent flips the sign of the influence, never of the loss difference.</param>
    /// <param name="baseLoss">ℓ(z; θ̂), nats, shape [drawCount, rowCount].</param>
    /// <param name="ascendedLoss">ℓ(z; θ̃), nats, shape [drawCount, rowCount].</param>
    /// <param name="reasons">Shape [rowCount].</param>
    /// <param name="influence">Destination, shape [rowCount].</param>
    /// <param name="lossDifference">Destination, shape [rowCount]: mean over draws of ℓ(z; θ̃) − ℓ(z; θ̂).</param>
    /// <param name="meanBaseLoss">Destination, shape [rowCount]: mean over draws of ℓ(z; θ̂).</param>
    /// <exception cref="ArgumentException">The lengths do not fit together.</exception>
    public void Reduce(
        AscentDirection direction,
        ReadOnlySpan<float> baseLoss,
        ReadOnlySpan<float> ascendedLoss,
        Span<UnscorableReason> reasons,
        Span<float> influence,
        Span<float> lossDifference,
        Span<float> meanBaseLoss)
    {
        var rowCount = reasons.Length;
        if (rowCount == 0)
            return;
        var drawCount = baseLoss.Length / rowCount;
        if (drawCount == 0 || baseLoss.Length != drawCount * rowCount || ascendedLoss.Length != baseLoss.Length
            || influence.Length != rowCount || lossDifference.Length != rowCount || meanBaseLoss.Length != rowCount)
        {
            throw new ArgumentException(
                $"Lengths of losses are {baseLoss.Length} and {ascendedLoss.Length}, of reasons {rowCount}, of outputs {influence.Length}, {lossDifference.Length} and {meanBaseLoss.Length}.");
        }

        double sign = direction == AscentDirection.Ascent ? 1 : -1, count = drawCount;
        for (var row = 0; row < rowCount; row++)
        {
            double influenceSum = 0, differenceSum = 0, baseSum = 0;
            for (var i = row; i < baseLoss.Length; i += rowCount)
            {
                double before = baseLoss[i], after = ascendedLoss[i];
                influenceSum += OfDraw(before, after);
                differenceSum += after - before;
                baseSum += before;
            }

            var (ofInfluence, ofDifference, ofBase) = ((float)(sign * influenceSum / count), (float)(differenceSum / count), (float)(baseSum / count));
            if (reasons[row] == UnscorableReason.None && !double.IsFinite((double)ofInfluence + ofDifference + ofBase))
                reasons[row] = UnscorableReason.NonFiniteLoss;
            var isScorable = reasons[row] == UnscorableReason.None;
            influence[row] = isScorable ? ofInfluence : float.NaN;
            lossDifference[row] = isScorable ? ofDifference : float.NaN;
            meanBaseLoss[row] = isScorable ? ofBase : float.NaN;
        }
    }

    /// <summary>One draw's share of the influence after ascent, before the mean over draws.</summary>
    protected abstract double OfDraw(double baseLoss, double ascendedLoss);
}
