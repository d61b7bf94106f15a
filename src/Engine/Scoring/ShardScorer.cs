using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using MirroredInfluence.Arrow;
using MirroredInfluence.Torch;

namespace MirroredInfluence.Engine;

/// <summary>
/// A shard → its part, on one lane. What a mini-batch needs is allocated once, what a shard needs once a shard: memory depends on queries,
/// draws, top-k and the shard's length, never on the number of training rows.
/// </summary>
internal sealed class ShardScorer
{
    private readonly PlannedRun _run;
    private readonly LaneSet _lanes;
    private readonly ImmutableArray<WeightSet> _weights;   // shape [queries]
    private readonly BoundFiles _files;
    private readonly RowMeter _meter;
    private readonly Estimator _estimator;
    private readonly MiniBatch _miniBatch;

    private readonly float[] _baseLoss;                    // shape [draws, slots]
    private readonly float[] _ascendedLoss;                // shape [queries, draws, slots]
    private readonly UnscorableReason[] _queryReasons;     // shape [slots]
    private readonly float[] _influence;                   // shape [slots]
    private readonly float[] _lossDifference;              // shape [slots]
    private readonly float[] _meanBaseLoss;                // shape [slots]
    private readonly UnscorableReason[] _runReasons;       // shape [slots]: of the row, or of any query
    private readonly string?[] _groups;                    // shape [slots]
    private Lane _lane = null!;                            // of the current shard's file

    public ShardScorer(PlannedRun run, LaneSet lanes, ImmutableArray<WeightSet> weights, BoundFiles files, RowMeter meter)
    {
        (_run, _lanes, _weights, _files, _meter) = (run, lanes, weights, files, meter);
        _estimator = Estimator.Named(run.Spec.Score.Estimator);

        var slotCount = run.Spec.Score.MiniBatchRows;
        _miniBatch = new MiniBatch(run.Layout.Columns.Length, slotCount, run.Layout.NeedsRowKeys);
        _baseLoss = new float[run.DrawCount * slotCount];
        _ascendedLoss = new float[weights.Length * _baseLoss.Length];
        _queryReasons = new UnscorableReason[slotCount];
        _influence = new float[slotCount];
        _lossDifference = new float[slotCount];
        _meanBaseLoss = new float[slotCount];
        _runReasons = new UnscorableReason[slotCount];
        _groups = new string?[slotCount];
    }

    /// <param name="knownBaseLosses">
    /// The shard's base losses, as an earlier <see cref="ScoredShard.BaseLosses"/> gave them, or null to compute them.
    /// </param>
    /// <exception cref="MirroredException">Data: more unscorable rows than <c>score.maxUnscorable</c> allows.</exception>
    public ScoredShard Score(Shard shard, float[]? knownBaseLosses, CancellationToken cancellationToken)
    {
        var tally = new ShardTally(_run, shard, knownBaseLosses);
        var file = Borrow(shard.FileIndex);
        try
        {
            _lane = _lanes.Of(file.Layout);
            using var scan = new RowScan(file.File, file.Columns, shard.RowStart, shard.RowEnd, _miniBatch.SlotCount);
            while (MoveNext(scan))
            {
                var hasRows = _miniBatch.Fill(scan, file, shard.FileRowOffset);
                while (hasRows && !TryLosses(tally, file, cancellationToken, out var failing))
                    hasRows = _miniBatch.Exclude(failing, UnscorableReason.ModelError);

                _miniBatch.Reasons.CopyTo(_runReasons);
                if (hasRows)
                    Reduce(tally, file);

                var reasons = _runReasons.AsSpan(0, _miniBatch.RowCount);
                tally.CountUnscorable(_miniBatch, reasons, file);
                _meter.Add(reasons, tally.Unscorable);
            }

            EngineTelemetry.Read(shard.RowCount * file.Columns.Sum(column => (long)column.RowBytes));
            return tally.Finish(file);
        }
        finally
        {
            _files.Return(shard.FileIndex);
        }
    }

    private BoundFile Borrow(int fileIndex)
    {
        using var waiting = new Waiting(WaitCause.Rows);
        return _files.Borrow(fileIndex);
    }

    private static bool MoveNext(RowScan scan)
    {
        using var waiting = new Waiting(WaitCause.Rows);
        return scan.MoveNext();
    }

    /// <summary>Losses of the mini-batch under every weight set and draw.</summary>
    /// <param name="failing">Slots of rows on which the base model fails: without them the mini-batch is another, and starts again.</param>
    private bool TryLosses(ShardTally tally, BoundFile file, CancellationToken cancellationToken, out ImmutableArray<int> failing)
    {
        _miniBatch.Load(_lane);
        for (var draw = 0; draw < _run.DrawCount; draw++)
        {
            var (start, count) = (draw * _miniBatch.SlotCount, _miniBatch.SlotCount);
            var baseLoss = _baseLoss.AsSpan(start, count);
            if (!tally.TryReadBaseLosses(_miniBatch, draw, baseLoss))
            {
                if (!TryLosses(null, draw, baseLoss, out var failure))
                {
                    failing = FindFailing(file, null, draw, failure, cancellationToken);
                    return false;
                }

                tally.KeepBaseLosses(_miniBatch, draw, baseLoss);
            }

            // Weight sets inside draws: the lane keeps a draw's noise and the features of a shared prefix.
            for (var query = 0; query < _weights.Length; query++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var ascendedLoss = AscendedLoss(query).Slice(start, count);
                if (!TryLosses(_weights[query], draw, ascendedLoss, out var failure))
                    LossesOfOthers(file, query, draw, ascendedLoss, failure, cancellationToken);
            }
        }

        failing = [];
        return true;
    }

    private bool TryLosses(WeightSet? weights, int draw, Span<float> losses, [NotNullWhen(false)] out MirroredException? failure)
    {
        try
        {
            _lane.Losses(weights, draw, losses);
            failure = null;
            return true;
        }
        catch (MirroredException exception) when (exception.Kind == FailureKind.Invalid)
        {
            failure = exception;
            return false;
        }
    }

    /// <summary>A row on which only an ascended model fails has no number under that query (docs/decisions/0005).</summary>
    private void LossesOfOthers(BoundFile file, int query, int draw, Span<float> losses, MirroredException failure, CancellationToken cancellationToken)
    {
        var failing = FindFailing(file, query, draw, failure, cancellationToken);
        var first = Enumerable.Range(0, _miniBatch.RowCount).FirstOrDefault(IsSound, -1);
        if (first >= 0)
        {
            _miniBatch.Load(_lane, slot => IsSound(slot) ? slot : first);
            _lane.Losses(_weights[query], draw, losses);
        }

        foreach (var slot in failing)
            losses[slot] = float.NaN;
        _miniBatch.Load(_lane);

        bool IsSound(int slot) => _miniBatch.Reasons[slot] == UnscorableReason.None && !failing.Contains(slot);
    }

    /// <param name="query">Null for the base model.</param>
    private ImmutableArray<int> FindFailing(
        BoundFile file, int? query, int draw, MirroredException failure, CancellationToken cancellationToken)
    {
        var (path, rowStart) = (file.File.Path, _miniBatch.RowStart);
        var underQuery = query is { } ascended ? $", under query '{_run.Queries[ascended].Name}'" : "";
        var where = $"{path}: rows {rowStart} to {rowStart + _miniBatch.RowCount - 1}{underQuery}";
        var weights = query is { } index ? _weights[index] : null;
        var (slots, first) = FailingRows.Find(_lane, _miniBatch, weights, draw, failure, where, cancellationToken);
        var reason = weights is null ? UnscorableReason.ModelError : UnscorableReason.NonFiniteLoss;
        _meter.NoticeModelError($"{path}:{rowStart + slots[0]}", first.Message, reason);
        return slots;
    }

    private Span<float> AscendedLoss(int query) => _ascendedLoss.AsSpan(query * _baseLoss.Length, _baseLoss.Length);

    private void Reduce(ShardTally tally, BoundFile file)
    {
        for (var row = 0; file.Group is not null && row < _miniBatch.RowCount; row++)
            _groups[row] = _miniBatch.Reasons[row] == UnscorableReason.None ? file.GroupOf(_miniBatch.RowStart + row) : null;
        for (var query = 0; query < _weights.Length; query++)
            Reduce(tally, query);
    }

    /// <summary>A row that is no number under one query still ranks under the others (docs/decisions/0005).</summary>
    private void Reduce(ShardTally tally, int query)
    {
        _miniBatch.Reasons.CopyTo(_queryReasons);
        _estimator.Reduce(
            _run.Spec.Ascent.Direction, _baseLoss, AscendedLoss(query), _queryReasons, _influence, _lossDifference, _meanBaseLoss);
        for (var row = 0; row < _miniBatch.RowCount; row++)
        {
            if (_queryReasons[row] == UnscorableReason.None)
                tally.Add(_miniBatch, row, query, _influence[row], _lossDifference[row], _meanBaseLoss[row], _groups[row]);
            else
                _runReasons[row] = _queryReasons[row];
        }
    }
}
