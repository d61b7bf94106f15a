using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using MirroredInfluence.Torch;

namespace MirroredInfluence.Engine;

/// <summary>
/// A run on one lane: the losses of its weight sets, mini-batch after mini-batch, and what its parts keep of them. What goes wrong under its weight sets, or its
/// cancellation, ends its own shard and not that of others that are scored with it.
/// </summary>
internal sealed class RunScorer
{
    private readonly PlannedRun _run;
    private readonly ImmutableArray<WeightSet> _weights;   // shape [queries]
    private readonly RowMeter _meter;
    private readonly CancellationToken _cancellation;
    private readonly Estimator _estimator;
    private readonly int _slotCount;

    private readonly float[] _ascendedLoss;                // shape [queries, draws, slots]
    private readonly UnscorableReason[] _queryReasons;     // shape [slots]
    private readonly float[] _influence;                   // shape [slots]
    private readonly float[] _lossDifference;              // shape [slots]
    private readonly float[] _meanBaseLoss;                // shape [slots]
    private readonly UnscorableReason[] _runReasons;       // shape [slots]: of the row, or of any query
    private readonly string?[] _groups;                    // shape [slots]
    private ShardTally _tally = null!;
    private ScoredShard? _scored;
    private ExceptionDispatchInfo? _failure;

    public RunScorer(PlannedRun run, ImmutableArray<WeightSet> weights, RowMeter meter, CancellationToken cancellationToken)
    {
        (_run, _weights, _meter, _cancellation) = (run, weights, meter, cancellationToken);
        _estimator = Estimator.Named(run.Spec.Score.Estimator);
        _slotCount = run.Spec.Score.MiniBatchRows;
        _ascendedLoss = new float[weights.Length * run.DrawCount * _slotCount];
        _queryReasons = new UnscorableReason[_slotCount];
        _influence = new float[_slotCount];
        _lossDifference = new float[_slotCount];
        _meanBaseLoss = new float[_slotCount];
        _runReasons = new UnscorableReason[_slotCount];
        _groups = new string?[_slotCount];
    }

    /// <summary>Nothing has gone wrong since <see cref="Begin"/>.</summary>
    public bool IsGoing => _failure is null;

    public void Begin(Shard shard) => (_tally, _scored, _failure) = (new ShardTally(_run, shard), null, null);

    /// <summary>Losses of the lane's mini-batch under every weight set.</summary>
    /// <returns>False when something went wrong: then the lane may have other rows loaded.</returns>
    public bool TryLosses(Lane lane, MiniBatch miniBatch, BoundFile file, int draw)
    {
        try
        {
            for (var query = 0; query < _weights.Length; query++)
            {
                _cancellation.ThrowIfCancellationRequested();
                var losses = AscendedLoss(query).Slice(draw * _slotCount, _slotCount);
                if (!FailingRows.TryLosses(lane, _weights[query], draw, losses, out var failure))
                    LossesOfOthers(lane, miniBatch, file, query, draw, losses, failure);
            }

            return true;
        }
        catch (Exception exception) when (exception is MirroredException or OperationCanceledException)
        {
            _failure = ExceptionDispatchInfo.Capture(exception);
            return false;
        }
    }

    /// <summary>Tells of rows on which the base model fails.</summary>
    public void NoticeFailingRow(string row, string message) => _meter.NoticeModelError(row, message, UnscorableReason.ModelError);

    /// <summary>Takes up the rows of a mini-batch.</summary>
    /// <param name="baseLoss">Shape [draws, slots].</param>
    /// <param name="hasLosses">False when no row of it can be read.</param>
    public void Reduce(MiniBatch miniBatch, BoundFile file, float[] baseLoss, bool hasLosses)
    {
        miniBatch.Reasons.CopyTo(_runReasons);
        if (hasLosses)
        {
            for (var row = 0; file.Group is not null && row < miniBatch.RowCount; row++)
                _groups[row] = miniBatch.Reasons[row] == UnscorableReason.None ? file.GroupOf(miniBatch.RowStart + row) : null;
            for (var query = 0; query < _weights.Length; query++)
                Reduce(miniBatch, query, baseLoss);
        }

        var reasons = _runReasons.AsSpan(0, miniBatch.RowCount);
        _tally.CountUnscorable(miniBatch, reasons, file);
        try
        {
            _meter.Add(reasons, _tally.Unscorable);
        }
        catch (MirroredException exception)
        {
            _failure = ExceptionDispatchInfo.Capture(exception);
        }
    }

    public void Finish(BoundFile file, ShardBaseLosses baseLosses) => _scored = _tally.Finish(file, baseLosses);

    /// <summary>The shard's answer, once it is finished.</summary>
    /// <exception cref="MirroredException">What went wrong. Data: more unscorable rows than <c>score.maxUnscorable</c> allows.</exception>
    /// <exception cref="OperationCanceledException">The run is cancelled.</exception>
    public ScoredShard Scored()
    {
        _failure?.Throw();
        return _scored!;
    }

    private Span<float> AscendedLoss(int query) => _ascendedLoss.AsSpan(query * _run.DrawCount * _slotCount, _run.DrawCount * _slotCount);

    /// <summary>A row on which only an ascended model fails has no number under that query (docs/decisions/0005).</summary>
    private void LossesOfOthers(Lane lane, MiniBatch miniBatch, BoundFile file, int query, int draw, Span<float> losses, MirroredException failure)
    {
        var where = $"{miniBatch.Where(file)}, under query '{_run.Queries[query].Name}'";
        var (failing, first) = FailingRows.Find(lane, miniBatch, _weights[query], draw, failure, where, _cancellation);
        _meter.NoticeModelError($"{file.File.Path}:{miniBatch.RowStart + failing[0]}", first.Message, UnscorableReason.NonFiniteLoss);
        var sound = Enumerable.Range(0, miniBatch.RowCount).FirstOrDefault(IsSound, -1);
        if (sound >= 0)
        {
            miniBatch.Load(lane, slot => IsSound(slot) ? slot : sound);
            lane.Losses(_weights[query], draw, losses);
        }

        foreach (var slot in failing)
            losses[slot] = float.NaN;
        miniBatch.Load(lane);

        bool IsSound(int slot) => miniBatch.Reasons[slot] == UnscorableReason.None && !failing.Contains(slot);
    }

    /// <summary>A row that is no number under one query still ranks under the others (docs/decisions/0005).</summary>
    private void Reduce(MiniBatch miniBatch, int query, float[] baseLoss)
    {
        miniBatch.Reasons.CopyTo(_queryReasons);
        _estimator.Reduce(_run.Spec.Ascent.Direction, baseLoss, AscendedLoss(query), _queryReasons, _influence, _lossDifference, _meanBaseLoss);
        for (var row = 0; row < miniBatch.RowCount; row++)
        {
            if (_queryReasons[row] == UnscorableReason.None)
                _tally.Add(miniBatch, row, query, _influence[row], _lossDifference[row], _meanBaseLoss[row], _groups[row]);
            else
                _runReasons[row] = _queryReasons[row];
        }
    }
}
