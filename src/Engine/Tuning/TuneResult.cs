using System.Collections.Immutable;

namespace MirroredInfluence.Engine;

/// <summary>The curve of a tuning, and what to take from it.</summary>
public sealed record TuneResult
{
    /// <summary>Every grid point on the rows that tune: by rising learning rate × steps, then rising steps.</summary>
    public required ImmutableArray<TunePoint> Curve { get; init; }

    /// <summary>The first of the curve that ranks every planted row first; null when none does.</summary>
    public required TunePoint? Chosen { get; init; }

    /// <summary>
    /// Of the curve the one with most planted rows first, then with fewest that diverged, then with the best mean rank; null when all of
    /// them diverged everywhere.
    /// </summary>
    public required TunePoint? Nearest { get; init; }

    /// <summary>Without a choice: <c>ascent.mode</c> train-owners is there to be tried, and is another ascent for this model.</summary>
    public required bool CanTrainOwners { get; init; }

    /// <summary>The chosen point on the rows that evaluate; null without a choice.</summary>
    public required TunePoint? Evaluation { get; init; }

    /// <summary>Training rows that the planted ones were ranked among.</summary>
    public required long RankedRowCount { get; init; }
}
