using System.Collections.Concurrent;
using System.Collections.Immutable;
using MirroredInfluence.Torch;

namespace MirroredInfluence.Engine;

/// <summary>
/// Ranks planted rows among a sample under one learning rate and number of steps. Base losses are computed once for all trials.
/// </summary>
internal sealed class TuneTrial(PlannedRun run, DeviceModels models, BoundFiles files, ImmutableArray<Shard> shards, RowMeter meter)
{
    private readonly ConcurrentDictionary<int, float[]> _baseLosses = [];

    private int LastRank => (int)Math.Min(run.Spec.Score.TopK, shards.Sum(shard => (long)shard.RowCount));

    public async Task<TunePoint> TryAsync(
        double learningRate, int steps, ImmutableArray<Query> planted, CancellationToken cancellationToken)
    {
        var ascent = run.Spec.Ascent with { LearningRate = learningRate, Steps = steps };
        var ascended = new AscentResult?[planted.Length];
        try
        {
            await AscendAsync(ascent, planted, ascended, cancellationToken);
            int[] converged = [.. Enumerable.Range(0, planted.Length).Where(i => Ascender.IsFinite(ascended[i]!))];
            var tops = await RankAsync(
                [.. converged.Select(i => planted[i])], [.. converged.Select(i => ascended[i]!.Weights)], cancellationToken);
            int[] ranks = [.. converged.Select((i, place) => RankOf(planted[i], tops[place]))];
            return new TunePoint
            {
                LearningRate = learningRate,
                Steps = steps,
                PlantedCount = planted.Length,
                FirstCount = ranks.Count(rank => rank == 1),
                DivergedCount = planted.Length - converged.Length,
                MeanRank = ranks.Length == 0 ? null : ranks.Average(),
            };
        }
        finally
        {
            foreach (var result in ascended)
                result?.Weights.Dispose();
        }
    }

    /// <summary><c>train-owners</c> is another ascent than <c>eval</c>: else it is refused.</summary>
    public bool CanTrainOwners(Query planted, CancellationToken cancellationToken)
    {
        var ascent = run.Spec.Ascent with { Mode = AscentMode.TrainOwners, Repeat = Math.Max(2, run.Spec.Ascent.Repeat), Steps = 1 };
        using var rows = QueryRows.Load(planted, run.Plan, files);
        try
        {
            Ascender.Ascend(run, ascent, planted, rows, models.Models[0], notice: _ => { }, cancellationToken).Weights.Dispose();
            return true;
        }
        catch (MirroredException exception) when (exception.Kind == FailureKind.Invalid)
        {
            return false;
        }
    }

    private Task AscendAsync(
        AscentSpec ascent, ImmutableArray<Query> planted, AscentResult?[] ascended, CancellationToken cancellationToken)
    {
        var queue = new WorkQueue<int>([.. Enumerable.Range(0, planted.Length)]);
        return LaneThreads.RunAsync(Math.Min(models.LaneCount, planted.Length), AscendOnLane, cancellationToken);

        void AscendOnLane(int laneIndex, CancellationToken stop)
        {
            while (queue.TryTake(out var i))
            {
                using var rows = QueryRows.Load(planted[i], run.Plan, files);
                ascended[i] = Ascender.Ascend(run, ascent, planted[i], rows, models.OfLane(laneIndex), notice: _ => { }, stop);
            }
        }
    }

    private async Task<TopK[]> RankAsync(
        ImmutableArray<Query> planted, ImmutableArray<WeightSet> weights, CancellationToken cancellationToken)
    {
        TopK[] tops = [.. planted.Select(_ => new TopK(run.Spec.Score.TopK, run.Spec.Score.Rank))];
        var merging = new Lock();
        var trial = run with { Queries = planted };
        await LaneScoring.RunAsync(trial, shards, models, _ => weights, files, meter, KnownBaseLosses, Take, cancellationToken);
        return tops;

        float[]? KnownBaseLosses(Shard shard) => _baseLosses.GetValueOrDefault(shard.ShardIndex);

        void Take(ScoredShard scored, CancellationToken stop)
        {
            _baseLosses.TryAdd(scored.Shard.ShardIndex, scored.BaseLosses);
            lock (merging)
            {
                for (var i = 0; i < tops.Length; i++)
                    tops[i].Merge(scored.Part.Reductions[i].Top);
            }
        }
    }

    private int RankOf(Query planted, TopK top)
    {
        var trainRow = run.Plan.RowIndex(planted.Rows[0]);
        var place = Array.FindIndex(top.ToSorted(), entry => entry.TrainRow == trainRow);
        return place < 0 ? LastRank + 1 : place + 1;
    }
}
