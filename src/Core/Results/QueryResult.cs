using System.Collections.Immutable;

namespace MirroredInfluence;

/// <summary>What the run found for one query.</summary>
public sealed record QueryResult
{
    public required Query Query { get; init; }

    /// <summary>Best first.</summary>
    public required ImmutableArray<RankedRow> Top { get; init; }

    /// <summary>Of influence over the scored rows.</summary>
    public required double Mean { get; init; }

    /// <summary>Of influence over the scored rows, population.</summary>
    public required double Deviation { get; init; }

    public required InfluenceHistogram Histogram { get; init; }

    /// <summary>Largest mean influence first, then by name; empty without <c>train.group</c>.</summary>
    public required ImmutableArray<GroupInfluence> Groups { get; init; }

    public static QueryResult From(Query query, QueryReduction reduction, RunPlan plan)
    {
        var mean = reduction.Moments.Mean;
        var deviation = reduction.Moments.Deviation;
        var (highCount, lowCount) = (0L, 0L);
        return new QueryResult
        {
            Query = query,
            Mean = mean,
            Deviation = deviation,
            Histogram = reduction.Histogram,
            Top = [.. reduction.Top.ToSorted().Select(ToRankedRow)],   // in order: a row's percentile counts the rows before it
            Groups =
            [
                .. reduction.Groups.Sorted.Select(group => new GroupInfluence(group.Key, group.Value.Count, group.Value.Mean))
                    .OrderByDescending(group => group.Mean),
            ],
        };

        RankedRow ToRankedRow(InfluenceEntry entry, int index)
        {
            var (fileIndex, row) = plan.Locate(entry.TrainRow);
            return new RankedRow
            {
                Rank = index + 1,
                TrainRow = entry.TrainRow,
                File = plan.Files[fileIndex],
                Row = row,
                Id = entry.Id,
                Influence = entry.Influence,
                LossDifference = entry.LossDifference,
                BaseLoss = entry.BaseLoss,
                ZScore = deviation == 0 ? 0 : (entry.Influence - mean) / deviation,
                Percentile = 100.0 * LowerCount(entry.Influence) / reduction.Moments.Count,
            };
        }

        // Whatever is ranked before a row on its side (all of it, but for absolute influence) is beyond it, and nothing else is.
        long LowerCount(float influence) => reduction.Top.Rank switch
        {
            RankOrder.Proponents => reduction.Moments.Count - ++highCount,
            RankOrder.Opponents => lowCount++,
            _ => influence >= 0 ? reduction.Moments.Count - ++highCount : lowCount++,
        };
    }
}
