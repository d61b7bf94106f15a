using MirroredInfluence.Storage;

namespace MirroredInfluence.Engine;

/// <summary>Ascends each query once: weight sets that the run directory holds are taken as they are (docs/decisions/0003).</summary>
internal sealed class Coordinator(TimeProvider time, IProgress<RunProgress>? progress)
{
    public async Task AscendAsync(PlannedRun run, DeviceModels models, RunDirectory directory, CancellationToken cancellationToken)
    {
        var missing = new List<Query>();
        foreach (var query in run.Queries)
        {
            if (await directory.TryGetWeightsAsync(query.Name, cancellationToken) is null)
                missing.Add(query);
        }

        using var meter = new ProgressMeter(time, progress, RunPhase.Ascending, run.Queries.Length, run.Queries.Length - missing.Count);
        using var files = run.OpenTestFiles();
        var testRows = RunPlan.Cut(run.Manifest.Inputs.Test, int.MaxValue, miniBatchRows: 1);
        var queue = new WorkQueue<Query>(missing);
        await LaneThreads.RunAsync(Math.Min(models.LaneCount, missing.Count), AscendOnLane, cancellationToken);

        void AscendOnLane(int laneIndex, CancellationToken stop)
        {
            while (queue.TryTake(out var query))
            {
                stop.ThrowIfCancellationRequested();
                using var rows = QueryRows.Load(query, testRows, files, run.Layout);
                using var weights = Ascender.Ascend(run, query, rows, models.OfLane(laneIndex), meter.Notice, stop).Weights;
                directory.PutWeightsAsync(query.Name, weights.Write, stop).GetAwaiter().GetResult();
                meter.Add(1);
            }
        }
    }
}
