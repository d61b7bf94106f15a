using System.Collections.Immutable;
using System.Diagnostics;
using MirroredInfluence.Storage;
using MirroredInfluence.Torch;

namespace MirroredInfluence.Engine;

/// <summary>
/// A whole run on this machine: plan, ascend, score on every lane, reduce. Run again after a stop it goes on: finished weight sets and
/// parts are kept, and only missing shards are scored.
/// </summary>
/// <param name="data">Opens the run's files.</param>
/// <param name="check">Gets the planned run before anything is computed, to refuse it.</param>
public sealed class LocalEngine(DataFiles data, TimeProvider time, IProgress<RunProgress>? progress = null, Action<RunManifest>? check = null)
{
    /// <param name="store">Holds the run directory.</param>
    /// <exception cref="MirroredException">Whatever keeps the run from its end; what is finished is kept.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, at the latest after one forward pass a lane.</exception>
    public Task<RunResult> RunAsync(RunSpec spec, IObjectStore store, CancellationToken cancellationToken) =>
        Span.OfAsync("run", span => RunAsync(spec, store, span, cancellationToken));

    private async Task<RunResult> RunAsync(RunSpec spec, IObjectStore store, Activity? span, CancellationToken cancellationToken)
    {
        var cacheFolder = CacheFolder.Resolve(spec.Compute.Cache);
        using var models = DeviceModels.Load(data, spec.Model, spec.Compute);
        var planner = new Planner(data, new DigestCache(cacheFolder, time), time, progress);
        var (run, directory) = await RunBeginning.BeginAsync(spec, store, planner, models, check, time, cancellationToken);
        span?.SetTag("mirrored.run.id", run.Manifest.Run);

        var done = await DoneAsync(run, directory, cancellationToken);
        await new Coordinator(time, progress).AscendAsync(run, models, directory, cancellationToken);
        if (done.MissingShards.Length > 0)
            await ScoreAsync(run, done, models, directory, cacheFolder, cancellationToken);
        else
            await CheckWeightsAsync(run, models.Models[0], directory, cancellationToken);

        return await new Reducer(data, time, progress).ReduceScoredAsync(directory, run.Queries, [], cancellationToken);
    }

    private static async Task<DoneShards> DoneAsync(PlannedRun run, RunDirectory directory, CancellationToken cancellationToken)
    {
        var missing = ImmutableArray.CreateBuilder<Shard>();
        var unscorable = new UnscorableRows();
        foreach (var shard in run.Plan.Shards)
        {
            if (await directory.TryGetPartAsync(shard, cancellationToken) is { } part)
                unscorable.Merge(part.Unscorable);
            else
                missing.Add(shard);
        }

        return new DoneShards(missing.ToImmutable(), run.Plan.RowCount - missing.Sum(shard => (long)shard.RowCount), unscorable);
    }

    /// <summary>A finished run keeps its weight sets whole: <see cref="Verifier"/> needs them.</summary>
    private static async Task CheckWeightsAsync(PlannedRun run, BaseModel model, RunDirectory directory, CancellationToken cancellationToken)
    {
        foreach (var query in run.Queries)
            WeightSet.Open(await directory.TryGetWeightsAsync(query.Name, cancellationToken) ?? throw directory.WeightsHaveGone(query.Name), model, run.WeightsOf(query)).Dispose();
    }

    private async Task ScoreAsync(
        PlannedRun run,
        DoneShards done,
        DeviceModels models,
        RunDirectory directory,
        string? cacheFolder,
        CancellationToken cancellationToken)
    {
        using var progressMeter = new ProgressMeter(time, progress, RunPhase.Scoring, run.Plan.RowCount, done.RowCount, done.Unscorable.Count);
        var meter = new RowMeter(progressMeter, run.Plan, run.Spec.Score.MaxUnscorable);
        meter.Check(done.Unscorable.Count, done.Unscorable);

        using var files = run.OpenTrainFiles();
        var queue = new WorkQueue<Shard>(done.MissingShards);
        await using var commits = await ShardCommits.OpenAsync(run, models, directory, cacheFolder, committed: _ => { }, cancellationToken);
        await commits.ScoreAsync(_ => queue.TryTake(out var shard) ? shard : null, done.MissingShards.Length, files, meter);
    }

    /// <param name="MissingShards">Without a part.</param>
    /// <param name="RowCount">Rows of the shards with one.</param>
    /// <param name="Unscorable">Of the shards with one.</param>
    private sealed record DoneShards(ImmutableArray<Shard> MissingShards, long RowCount, UnscorableRows Unscorable);
}
