using System.Collections.Immutable;
using System.Diagnostics;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Engine;

/// <summary>
/// One of any number of workers that share nothing but a run directory: plan and ascend once among them, score shards until none is left, and have one of
/// them make the result. Each may be killed, or started again with another number, at any moment.
/// </summary>
/// <param name="writeResult">Writes the results into the run directory, result.json last.</param>
/// <param name="check">Gets the planned run before anything is computed, to refuse it.</param>
public sealed class BatchWorker(
    WorkerPlace place,
    Func<RunDirectory, RunResult, CancellationToken, Task> writeResult,
    DataFiles data,
    TimeProvider time,
    IProgress<RunProgress>? progress = null,
    Action<RunManifest>? check = null)
{
    /// <summary>Workers a shard may kill before it is set aside.</summary>
    public const int DeathsMax = 3;

    /// <param name="allowPoisoned">Finish without the shards that killed their workers: their rows count as unscorable.</param>
    /// <exception cref="MirroredException">Whatever keeps the run from its end; what is finished is kept. Data: a shard is poisoned.</exception>
    public Task<BatchOutcome> RunAsync(RunSpec spec, IObjectStore store, bool allowPoisoned, CancellationToken cancellationToken) =>
        Span.OfAsync("run", span => RunAsync(spec, store, allowPoisoned, span, cancellationToken));

    private async Task<BatchOutcome> RunAsync(RunSpec spec, IObjectStore store, bool allowPoisoned, Activity? span, CancellationToken cancellationToken)
    {
        var cacheFolder = CacheFolder.Resolve(spec.Compute.Cache);
        using var models = DeviceModels.Load(data, spec.Model, spec.Compute);
        var digests = new DigestCache(cacheFolder, time);
        var planner = new Planner(data, digests, time, progress);

        // Another run's directory is refused before anything is written into it.
        var known = await RunDirectory.IsPlannedAsync(store, cancellationToken) ? await RunBeginning.JoinAsync(spec, store, planner, models, cancellationToken) : ((PlannedRun, RunDirectory)?)null;
        await using var crew = await Crew.JoinAsync(store, place, time, cancellationToken);
        await crew.ShareAsync(["plan"], 1, item => item, (_, stop) => RunDirectory.IsPlannedAsync(store, stop), PlanAsync, cancellationToken);
        var (run, directory) = known ?? await RunBeginning.JoinAsync(spec, store, planner, models, cancellationToken);
        span?.SetTag("mirrored.run.id", run.Manifest.Run).SetTag("mirrored.worker.index", place.Index);

        await crew.ShareAsync(run.Queries, models.LaneCount, query => $"weights/{query.Name}", IsAscendedAsync, AscendAsync, cancellationToken);
        var scoredShards = await ScoreAsync(run, directory, models, crew, digests, cacheFolder, cancellationToken);

        if (!allowPoisoned)
            await PoisonedShards.RefuseAsync(directory, run.Plan, cancellationToken);

        await crew.ShareAsync(["result"], 1, item => item, (_, stop) => directory.HasResultAsync(stop), ReduceAsync, cancellationToken);
        return new BatchOutcome(run.Manifest.Run, scoredShards.ShardCount, scoredShards.RowCount, run.Plan.RowCount);

        Task PlanAsync(ImmutableArray<string> items, CancellationToken stop) => RunBeginning.BeginAsync(spec, store, planner, models, check, time, stop);

        async Task<bool> IsAscendedAsync(Query query, CancellationToken stop) => await directory.TryGetWeightsAsync(query.Name, stop) is not null;

        Task AscendAsync(ImmutableArray<Query> queries, CancellationToken stop) =>
            new Coordinator(time, progress).AscendAsync(run with { Queries = queries }, models, directory, stop);

        async Task ReduceAsync(ImmutableArray<string> items, CancellationToken stop)
        {
            var result = await new Reducer(data, time, progress).ReduceScoredAsync(directory, run.Queries, [], stop);
            await writeResult(directory, result, stop);
        }
    }

    private async Task<(int ShardCount, long RowCount)> ScoreAsync(
        PlannedRun run,
        RunDirectory directory,
        DeviceModels models,
        Crew crew,
        DigestCache digests,
        string? cacheFolder,
        CancellationToken cancellationToken)
    {
        var (shardCount, rowCount) = (0, 0L);
        var startedAt = new long[run.Plan.Shards.Length];
        var share = await ShardShare.OpenAsync(run.Plan, directory, crew, place, time, cancellationToken);
        using var progressMeter = new ProgressMeter(time, progress, RunPhase.Scoring, run.Plan.RowCount);
        var meter = new RowMeter(progressMeter, run.Plan, run.Spec.Score.MaxUnscorable);
        using var files = run.OpenTrainFiles(digests, cancellationToken);
        await using var commits = await ShardCommits.OpenAsync(run, models, directory, cacheFolder, Committed, cancellationToken);
        await commits.ScoreAsync(NextShard, int.MaxValue, files, meter);
        return (shardCount, rowCount);

        Shard? NextShard(CancellationToken stop)
        {
            if (share.Take(stop) is not { } shard)
                return null;

            startedAt[shard.ShardIndex] = time.GetTimestamp();
            return shard;
        }

        void Committed(ScoredShard scored)
        {
            shardCount++;
            rowCount += scored.Shard.RowCount;
            share.Committed(scored, time.GetElapsedTime(startedAt[scored.Shard.ShardIndex]));
        }
    }
}
