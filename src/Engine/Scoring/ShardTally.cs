using System.Collections.Immutable;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Engine;

/// <summary>What is kept of a shard while it is scored.</summary>
internal sealed class ShardTally
{
    private readonly PlannedRun _run;
    private readonly Shard _shard;
    private readonly float[] _baseLosses;              // shape [draws, rows]
    private readonly QueryReduction[] _reductions;     // shape [queries]
    private readonly float[]? _savedBaseLoss;          // shape [rows]
    private readonly float[]? _savedLossDifference;    // shape [rows, queries]

    public ShardTally(PlannedRun run, Shard shard, float[]? knownBaseLosses)
    {
        (_run, _shard, HasBaseLosses) = (run, shard, knownBaseLosses is not null);
        _baseLosses = knownBaseLosses ?? NaNs(run.DrawCount * (long)shard.RowCount);
        _reductions = [.. run.Queries.Select(_ => new QueryReduction(run.Spec.Score.TopK, run.Spec.Score.Rank))];
        if (run.Spec.Score.SaveLosses)
            (_savedBaseLoss, _savedLossDifference) = (NaNs(shard.RowCount), NaNs((long)shard.RowCount * run.Queries.Length));
    }

    /// <summary>The base losses were known before.</summary>
    public bool HasBaseLosses { get; }

    public UnscorableRows Unscorable { get; } = new();

    /// <returns>False when a row's is not known, or was no number: the model tells again why.</returns>
    public bool TryReadBaseLosses(MiniBatch miniBatch, int draw, Span<float> slots)
    {
        if (!HasBaseLosses)
            return false;

        var known = BaseLosses(miniBatch, draw);
        known.CopyTo(slots);
        for (var row = 0; row < known.Length; row++)
        {
            if (float.IsNaN(known[row]) && miniBatch.Reasons[row] == UnscorableReason.None)
                return false;
        }

        return true;
    }

    /// <summary>Keeps the losses of rows, not those of the slots that only fill the mini-batch.</summary>
    public void KeepBaseLosses(MiniBatch miniBatch, int draw, ReadOnlySpan<float> slots)
    {
        var kept = BaseLosses(miniBatch, draw);
        for (var row = 0; row < kept.Length; row++)
            kept[row] = miniBatch.Reasons[row] == UnscorableReason.None ? slots[row] : float.NaN;
    }

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

    public ScoredShard Finish(BoundFile file)
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
        return new ScoredShard(_shard, part, _baseLosses, !HasBaseLosses, losses);
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

    private Span<float> BaseLosses(MiniBatch miniBatch, int draw) =>
        _baseLosses.AsSpan((int)((draw * (long)_shard.RowCount) + miniBatch.RowStart - _shard.RowStart), miniBatch.RowCount);

    private static float[] NaNs(long count)
    {
        var values = new float[count];
        values.AsSpan().Fill(float.NaN);
        return values;
    }
}
