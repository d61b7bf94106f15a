using System.Collections.Immutable;
using MirroredInfluence.Torch;

namespace MirroredInfluence.Engine;

/// <summary>
/// A run in small, before anything of it is written: every query's rows are read, the first query is ascended, and the first training mini-batch
/// goes through both models. A request that cannot be computed is refused here and leaves no directory behind (docs/decisions/0024).
/// </summary>
internal static class Rehearsal
{
    /// <exception cref="MirroredException">What the run would be refused with.</exception>
    public static async Task RunAsync(PlannedRun run, DeviceModels models, TimeProvider time, CancellationToken cancellationToken)
    {
        using var testFiles = run.OpenTestFiles();
        var testRows = RunPlan.Cut(run.Manifest.Inputs.Test, int.MaxValue, miniBatchRows: 1);
        foreach (var query in run.Queries.Skip(1))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var others = QueryRows.Load(query, testRows, testFiles);
        }

        using var rows = QueryRows.Load(run.Queries[0], testRows, testFiles);
        var ascent = run.Spec.Ascent with { FlatLossEscape = null };
        var ascended = Ascender.Ascend(run, ascent, run.Queries[0], rows, models.OfLane(0), notice: _ => { }, cancellationToken);
        using var weights = ascended.Weights;
        if (!Ascender.IsFinite(ascended))
            throw Coordinator.Diverged(run.Queries[0], ascent, ascended);

        var first = run with { Queries = [run.Queries[0]] };
        await ScoreFirstAsync(first, [weights], models.OfLane(0), time, cancellationToken);
    }

    /// <summary>Takes the first training mini-batch through the base model and these weight sets, one a query.</summary>
    public static async Task<ScoredShard> ScoreFirstAsync(
        PlannedRun run, ImmutableArray<WeightSet> weights, BaseModel model, TimeProvider time, CancellationToken cancellationToken)
    {
        var shard = ShardSample.MiniBatchOf(run.Plan, run.Spec.Score.MiniBatchRows, trainRow: 0);
        using var files = run.OpenTrainFiles();
        using var progress = new ProgressMeter(time, progress: null, RunPhase.Scoring, shard.RowCount);
        var meter = new RowMeter(progress, run.Plan, maxUnscorable: 1, isRehearsal: true);
        ScoredShard? scored = null;
        await LaneThreads.RunAsync(threadCount: 1, ScoreOnLane, cancellationToken);
        return scored!;

        void ScoreOnLane(int laneIndex, CancellationToken stop)
        {
            using var lanes = new LaneSet(model, run.Spec.Compute.ThreadsPerLane);
            RunScorer[] runs = [new RunScorer(run, weights, meter, stop)];
            new ShardScorer(run, lanes).Score(shard, files, knownBaseLosses: null, runs, stop);
            scored = runs[0].Scored();
        }
    }
}
