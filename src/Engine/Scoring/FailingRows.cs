using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using MirroredInfluence.Torch;

namespace MirroredInfluence.Engine;

/// <summary>Finds the rows that make the model fail on a mini-batch (docs/decisions/0014).</summary>
internal static class FailingRows
{
    /// <returns>False when the model refuses some of the lane's rows.</returns>
    public static bool TryLosses(Lane lane, WeightSet? weights, int draw, Span<float> losses, [NotNullWhen(false)] out MirroredException? failure)
    {
        try
        {
            lane.Losses(weights, draw, losses);
            failure = null;
            return true;
        }
        catch (MirroredException exception) when (exception.Kind == FailureKind.Invalid)
        {
            failure = exception;
            return false;
        }
    }

    /// <summary>Computes each row's loss in a mini-batch that holds nothing but that row.</summary>
    /// <param name="failure">What the mini-batch failed with.</param>
    /// <param name="where">The mini-batch, for messages.</param>
    /// <returns>Slots on which the model fails, ascending, at least one; and its words on the first.</returns>
    /// <exception cref="MirroredException">Invalid: it fails on every one of several rows, or on none alone; then no row is to blame.</exception>
    public static (ImmutableArray<int> Slots, MirroredException First) Find(
        Lane lane, MiniBatch miniBatch, WeightSet? weights, int draw, MirroredException failure, string where, CancellationToken cancellationToken)
    {
        var losses = new float[miniBatch.SlotCount];
        var failing = ImmutableArray.CreateBuilder<int>();
        MirroredException? first = null;
        var rowCount = 0;
        for (var row = 0; row < miniBatch.RowCount; row++)
        {
            if (miniBatch.Reasons[row] != UnscorableReason.None)
                continue;

            cancellationToken.ThrowIfCancellationRequested();
            rowCount++;
            var alone = row;
            miniBatch.Load(lane, _ => alone);
            if (!TryLosses(lane, weights, draw, losses, out var ofRow))
            {
                first ??= ofRow;
                failing.Add(row);
            }
        }

        if (first is null)
            throw Failure.Invalid($"{where}: the model fails on these rows together, and on none of them alone. {failure.Message}", failure);
        if (rowCount > 1 && failing.Count == rowCount)
            throw Failure.Invalid($"{where}: the model fails on each of these rows. {failure.Message}", failure);
        return (failing.ToImmutable(), first);
    }
}
