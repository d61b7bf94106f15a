using System.Collections.Immutable;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Engine;

/// <summary>What is kept of a shard while it is scored.</summary>
internal sealed class ShardTally
{
    private readonly PlannedRun _run;
    private readonly Shard _shard;
    private readonly QueryReduction[] _reductions;     // shape [queries]
    private readonly float[]? _savedBaseLoss;          // shape [rows]
    private readonly float[]? _savedLossDifference;    // shape [rows, queries]

    public ShardTally(PlannedRun run, Shard shard)
    {
        (_run, _shard) = (run, shard);
        _reductions = [.. run.Queries.Select(_ => new QueryReduction(run.Spec.Score.TopK, run.Spec.Score.Rank))];
        if (run.Spec.Score.SaveLosses)
            (_savedBaseLoss, _savedLossDifference) = (NaNs(shard.RowCount), NaNs((long)shard.RowCount * run.Queries.Length));
    }

    public UnscorableRows Unscorable { get; } = new();

    public void Add(MiniBatch miniBatch, int row, int query, float influence, float lossDifference, float baseLoss, string? group)
    {
        var fileRow = miniBatch.RowStart + row;
        _reductions[query].Add(_shard.FileRowOffset + fileRow, influence, lossDifference, baseLoss, group);
        if (_savedLossDifference is null)
            return;

        var shardRow = fileRow - _shard.RowStart;
        _savedBaseLoss![shardRow] = baseLoss;
        _savedLossDifference[(shardRow * _reductions.Length) + query] = lossDifference;
    }

    /// <param name="reasons">Of the mini-batch's rows.</param>
    public void CountUnscorable(MiniBatch miniBatch, ReadOnlySpan<UnscorableReason> reasons, BoundFile file)
    {
        for (var row = 0; row < reasons.Length; row++)
        {
            if (reasons[row] == UnscorableReason.None)
                continue;

            var fileRow = miniBatch.RowStart + row;
            var id = Unscorable.Sample.Count < UnscorableRows.SampleCountMax ? file.IdOf(fileRow) : RowValue.Null;
            Unscorable.Add(new UnscorableRow(_shard.FileRowOffset + fileRow, reasons[row], id));
        }
    }

    public ScoredShard Finish(BoundFile file, ShardBaseLosses baseLosses)
    {
        ImmutableArray<string> queries = [.. _run.Queries.Select(query => query.Name)];
        var part = new ShardPart
        {
            ShardIndex = _shard.ShardIndex,
            RowCount = _shard.RowCount,
            Queries = queries,
            Reductions = [.. _reductions.Select(reduction => WithIds(reduction, file))],
            Unscorable = Unscorable,
        };
        var losses = _savedLossDifference is null ? null : new ShardLosses
        {
            ShardIndex = _shard.ShardIndex,
            TrainRowStart = _shard.FileRowOffset + _shard.RowStart,
            Queries = queries,
            BaseLoss = _savedBaseLoss!,
            LossDifference = _savedLossDifference,
        };
        return new ScoredShard(_shard, part, baseLosses.Values, !baseLosses.AreKnown, losses);
    }

    /// <summary>Only rows that stay in a top-k have their id read.</summary>
    private QueryReduction WithIds(QueryReduction reduction, BoundFile file)
    {
        if (file.Id is null)
            return reduction;

        var top = new TopK(reduction.Top.Capacity, reduction.Top.Rank);
        foreach (var entry in reduction.Top.ToSorted())
            top.Add(entry with { Id = file.IdOf(entry.TrainRow - _shard.FileRowOffset) });

        return new QueryReduction(top, reduction.Moments, reduction.Histogram, reduction.Groups);
    }

    private static float[] NaNs(long count)
    {
        var values = new float[count];
        values.AsSpan().Fill(float.NaN);
        return values;
    }
}
