using System.Collections.Immutable;
using MirroredInfluence.Arrow;
using MirroredInfluence.Torch;

namespace MirroredInfluence.Engine;

/// <summary>
/// A shard → its parts, on one lane: one for each run that shares the scan (<see cref="ScanKey"/>), mostly one in all. Rows are read, the base model's losses taken and
/// the features of a shared prefix computed once for all of them. What a mini-batch needs is allocated once, what a shard needs once a shard: memory depends on
/// queries, draws, top-k and the shard's length, never on the number of training rows.
/// </summary>
/// <param name="run">Any run of the scan.</param>
internal sealed class ShardScorer(PlannedRun run, LaneSet lanes)
{
    private readonly int _drawCount = run.DrawCount;
    private readonly MiniBatch _miniBatch = new(run.Layout.Columns.Length, run.Spec.Score.MiniBatchRows, run.Layout.NeedsRowKeys);
    private readonly float[] _baseLoss = new float[run.DrawCount * run.Spec.Score.MiniBatchRows];   // shape [draws, slots]

    /// <summary>Each run's answer, or what kept it from one, is at its <see cref="RunScorer.Scored"/> then.</summary>
    /// <param name="files">The training files of any of the runs.</param>
    /// <param name="knownBaseLosses">The shard's base losses, as an earlier <see cref="ScoredShard.BaseLosses"/> gave them, or null to compute them.</param>
    /// <exception cref="MirroredException">What keeps every run from going on: rows that cannot be read, a base model that fails on all.</exception>
    public void Score(Shard shard, BoundFiles files, float[]? knownBaseLosses, RunScorer[] runs, CancellationToken cancellationToken)
    {
        foreach (var scorer in runs)
            scorer.Begin(shard);
        var baseLosses = new ShardBaseLosses(shard, _drawCount, knownBaseLosses);
        var file = Borrow(files, shard.FileIndex);
        try
        {
            var lane = lanes.Of(file.Layout);
            using var scan = new RowScan(file.File, file.Columns, shard.RowStart, shard.RowEnd, _miniBatch.SlotCount);
            while (IsAnyGoing(runs) && MoveNext(scan))
            {
                var hasLosses = _miniBatch.Fill(scan, file, shard.FileRowOffset);
                while (hasLosses && !TryLosses(lane, file, baseLosses, runs, cancellationToken, out var failing))
                    hasLosses = _miniBatch.Exclude(failing, UnscorableReason.ModelError);
                foreach (var scorer in runs)
                {
                    if (scorer.IsGoing)
                        scorer.Reduce(_miniBatch, file, _baseLoss, hasLosses);
                }
            }

            EngineTelemetry.Read(shard.RowCount * file.Columns.Sum(column => (long)column.RowBytes));
            foreach (var scorer in runs)
            {
                if (scorer.IsGoing)
                    scorer.Finish(file, baseLosses);
            }
        }
        finally
        {
            files.Return(shard.FileIndex);
        }
    }

    private static BoundFile Borrow(BoundFiles files, int fileIndex)
    {
        using var waiting = new Waiting(WaitCause.Rows);
        return files.Borrow(fileIndex);
    }

    private static bool MoveNext(RowScan scan)
    {
        using var waiting = new Waiting(WaitCause.Rows);
        return scan.MoveNext();
    }

    private static bool IsAnyGoing(RunScorer[] runs)
    {
        foreach (var scorer in runs)
        {
            if (scorer.IsGoing)
                return true;
        }

        return false;
    }

    /// <summary>Losses of the mini-batch under the base model and every weight set, for each draw.</summary>
    /// <param name="failing">Slots of rows on which the base model fails: without them the mini-batch is another, and starts again.</param>
    private bool TryLosses(
        Lane lane, BoundFile file, ShardBaseLosses baseLosses, RunScorer[] runs, CancellationToken cancellationToken, out ImmutableArray<int> failing)
    {
        failing = [];
        _miniBatch.Load(lane);
        for (var draw = 0; draw < _drawCount; draw++)
        {
            var baseLoss = _baseLoss.AsSpan(draw * _miniBatch.SlotCount, _miniBatch.SlotCount);
            if (!baseLosses.TryRead(_miniBatch, draw, baseLoss))
            {
                if (!FailingRows.TryLosses(lane, null, draw, baseLoss, out var failure))
                {
                    failing = FindFailing(lane, file, draw, failure, runs, cancellationToken);
                    return false;
                }

                baseLosses.Keep(_miniBatch, draw, baseLoss);
            }

            // Weight sets inside draws: the lane keeps a draw's noise and the features of a shared prefix.
            foreach (var scorer in runs)
            {
                if (scorer.IsGoing && !scorer.TryLosses(lane, _miniBatch, file, draw))
                    _miniBatch.Load(lane);
            }
        }

        return true;
    }

    private ImmutableArray<int> FindFailing(
        Lane lane, BoundFile file, int draw, MirroredException failure, RunScorer[] runs, CancellationToken cancellationToken)
    {
        var (slots, first) = FailingRows.Find(lane, _miniBatch, weights: null, draw, failure, _miniBatch.Where(file), cancellationToken);
        foreach (var scorer in runs)
            scorer.NoticeFailingRow($"{file.File.Path}:{_miniBatch.RowStart + slots[0]}", first.Message);
        return slots;
    }
}
