using System.Diagnostics;
using MirroredInfluence.Storage;
using MirroredInfluence.Torch;

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

        if (missing.Count == 0)
            return;

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
                Span.Of("ascent", span => Ascend(query, span), EngineTelemetry.AscentDuration);
                meter.Add(1);
            }

            bool Ascend(Query query, Activity? span)
            {
                span?.SetTag("mirrored.query.name", query.Name);
                using var rows = QueryRows.Load(query, testRows, files);
                var ascended = Ascender.Ascend(run, run.Spec.Ascent, query, rows, models.OfLane(laneIndex), meter.Notice, stop);
                using var weights = ascended.Weights;
                if (!Ascender.IsFinite(ascended))
                    throw Diverged(query, run.Spec.Ascent, ascended);

                return directory.PutWeightsAsync(query.Name, file => weights.Write(file, run.WeightsOf(query)), stop).GetAwaiter().GetResult();
            }
        }
    }

    public static MirroredException Diverged(Query query, AscentSpec spec, AscentResult result) => Failure.Invalid(
        $"query '{query.Name}': the loss is {result.LossAfter} after {spec.Steps} ascent steps at learning rate {spec.LearningRate:R}, "
        + $"{result.LossBefore:G3} before; expected a finite loss. Lower ascent.learningRate; `mirrored tune` finds one.");
}
