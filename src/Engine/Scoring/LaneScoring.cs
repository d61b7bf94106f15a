using System.Collections.Immutable;
using MirroredInfluence.Torch;

namespace MirroredInfluence.Engine;

/// <summary>Shards on all lanes, each lane pulling the next one when it is done.</summary>
internal static class LaneScoring
{
    /// <param name="weightsOf">The weight sets on a model's device, shape [queries].</param>
    /// <param name="knownBaseLosses">A shard's base losses, or null to compute them; called on the lane's thread.</param>
    /// <param name="take">Takes a scored shard; called on the lane's thread.</param>
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
        return LaneThreads.RunAsync(Math.Min(models.LaneCount, shards.Count), ScoreOnLane, cancellationToken);

        void ScoreOnLane(int laneIndex, CancellationToken stop)
        {
            var model = models.OfLane(laneIndex);
            using var lane = model.CreateLane(run.Layout, run.Spec.Compute.ThreadsPerLane);
            var scorer = new ShardScorer(run, lane, weightsOf(model), files, meter);
            while (queue.TryTake(out var shard))
                take(scorer.Score(shard, knownBaseLosses(shard), stop), stop);
        }
    }
}
