using System.Collections.Immutable;
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
            var scorer = new ShardScorer(run, lanes);
            RunScorer[] runs = [new RunScorer(run, weightsOf(model), meter, stop)];
            while (Next(stop) is { } shard)
            {
                Score(scorer, shard, files, knownBaseLosses, runs, stop);
                take(runs[0].Scored(), stop);
            }
        }

        Shard? Next(CancellationToken stop)
        {
            using var waiting = new Waiting(WaitCause.Workers);
            return nextShard(stop);
        }
    }

    /// <summary>Scores a shard for these runs, as a step of the trace.</summary>
    /// <param name="files">And <paramref name="knownBaseLosses"/>: of any of them.</param>
    public static void Score(ShardScorer scorer, Shard shard, BoundFiles files, Func<Shard, float[]?> knownBaseLosses, RunScorer[] runs, CancellationToken stop) => Span.Of(
        "shard",
        span =>
        {
            span?.SetTag("mirrored.shard.index", shard.ShardIndex).SetTag("mirrored.shard.rows", shard.RowCount);
            scorer.Score(shard, files, knownBaseLosses(shard), runs, stop);
            return runs.Length;
        },
        EngineTelemetry.ShardDuration);
}
