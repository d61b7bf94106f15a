using System.Collections.Immutable;
using System.Diagnostics;
using MirroredInfluence.Torch;

namespace MirroredInfluence.Engine;

/// <summary>Shards on all lanes, each lane pulling the next one when it is done.</summary>
internal static class LaneScoring
{
    /// <summary>Scores these shards, in order.</summary>
    public static Task RunAsync(
        PlannedRun run,
        IReadOnlyList<Shard> shards,
        DeviceModels models,
        Func<BaseModel, ImmutableArray<WeightSet>> weightsOf,
        BoundFiles files,
        RowMeter meter,
        Func<Shard, float[]?> knownBaseLosses,
        Action<ScoredShard, CancellationToken> take,
        CancellationToken cancellationToken)
    {
        var queue = new WorkQueue<Shard>(shards);
        return RunAsync(run, _ => queue.TryTake(out var shard) ? shard : null, shards.Count, models, weightsOf, files, meter, knownBaseLosses, take, cancellationToken);
    }

    /// <summary>Scores shards as they are handed out.</summary>
    /// <param name="nextShard">The next shard, or null when there is none left; called on the lane's thread.</param>
    /// <param name="laneCountMax">Lanes to use, if the devices have as many.</param>
    /// <param name="weightsOf">The weight sets on a model's device, shape [queries].</param>
    /// <param name="knownBaseLosses">A shard's base losses, or null to compute them; called on the lane's thread.</param>
    /// <param name="take">Takes a scored shard; called on the lane's thread.</param>
    public static Task RunAsync(
        PlannedRun run,
        Func<CancellationToken, Shard?> nextShard,
        int laneCountMax,
        DeviceModels models,
        Func<BaseModel, ImmutableArray<WeightSet>> weightsOf,
        BoundFiles files,
        RowMeter meter,
        Func<Shard, float[]?> knownBaseLosses,
        Action<ScoredShard, CancellationToken> take,
        CancellationToken cancellationToken)
    {
        return LaneThreads.RunAsync(Math.Min(models.LaneCount, laneCountMax), ScoreOnLane, cancellationToken);

        void ScoreOnLane(int laneIndex, CancellationToken stop)
        {
            var model = models.OfLane(laneIndex);
            using var lanes = new LaneSet(model, run.Spec.Compute.ThreadsPerLane);
            var scorer = new ShardScorer(run, lanes, weightsOf(model), files, meter);
            while (Next(stop) is { } shard)
                take(Span.Of("shard", span => Score(shard, span), EngineTelemetry.ShardDuration), stop);

            ScoredShard Score(Shard shard, Activity? span)
            {
                span?.SetTag("mirrored.shard.index", shard.ShardIndex).SetTag("mirrored.shard.rows", shard.RowCount);
                return scorer.Score(shard, knownBaseLosses(shard), stop);
            }
        }

        Shard? Next(CancellationToken stop)
        {
            using var waiting = new Waiting(WaitCause.Workers);
            return nextShard(stop);
        }
    }
}
