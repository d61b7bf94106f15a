using System.Collections.Immutable;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Engine;

/// <summary>
/// Parts → result; rows of poisoned shards count as unscorable. Reads some parts at a time, since a store takes its time over each, and merges them as they come, which
/// gives the same in any order. Needs the test files for the queries' rows, and neither the model nor the training files.
/// </summary>
public sealed class Reducer(DataFiles data, TimeProvider time, IProgress<RunProgress>? progress = null)
{
    private const int PartsAtOnceMin = 8;

    /// <param name="allowPoisoned">Do without shards that were set aside: their rows count as unscorable.</param>
    /// <exception cref="MirroredException">
    /// Invalid: the run is not finished. Data: a part cannot be read, the rows do not add up, too many are unscorable for a first result, or shards are poisoned.
    /// </exception>
    public Task<RunResult> ReduceAsync(RunDirectory directory, bool allowPoisoned, CancellationToken cancellationToken) => Span.OfAsync("reduce", async _ =>
    {
        var plan = await directory.TryGetPlanAsync(cancellationToken) ?? throw Failure.Invalid("The run is not planned yet; run it first.");
        await RefuseUnscoredAsync(directory, plan, cancellationToken);
        if (!allowPoisoned)
            await PoisonedShards.RefuseAsync(directory, plan, cancellationToken);
        var queries = QueryReader.Read(data, directory.Manifest.Spec, directory.Manifest.Inputs.Test);
        return await ReduceAsync(directory, plan, queries, [], cancellationToken);
    });

    /// <summary>The same of a run whose shards were just seen to be scored or allowed to be poisoned: what is not there has gone since.</summary>
    /// <param name="merged">Shards whose parts are merged already.</param>
    internal Task<RunResult> ReduceScoredAsync(
        RunDirectory directory, ImmutableArray<Query> queries, IReadOnlyCollection<MergedParts> merged, CancellationToken cancellationToken) => Span.OfAsync("reduce", async _ =>
    {
        var plan = await directory.TryGetPlanAsync(cancellationToken) ?? throw directory.PlanHasGone();
        return await ReduceAsync(directory, plan, queries, merged, cancellationToken);
    });

    private static async Task RefuseUnscoredAsync(RunDirectory directory, RunPlan plan, CancellationToken cancellationToken)
    {
        var left = plan.Shards.Select(shard => shard.ShardIndex).ToHashSet();
        await foreach (var scored in directory.ListPartsAsync(cancellationToken))
            left.Remove(scored);
        left.ExceptWith((await directory.ReadPoisonedAsync(plan, cancellationToken)).Select(shard => shard.ShardIndex));
        if (left.Count > 0)
        {
            throw Failure.Invalid(
                $"{left.Count:N0} of {plan.Shards.Length:N0} shards are not scored yet; expected all to be. The `mirrored run`, `work` or `submit` that began the run goes on with it when it is given again.");
        }
    }

    private async Task<RunResult> ReduceAsync(
        RunDirectory directory, RunPlan plan, ImmutableArray<Query> queries, IReadOnlyCollection<MergedParts> merged, CancellationToken cancellationToken)
    {
        var merge = new PartMerge([.. queries.Select(query => query.Name)], directory.Manifest.Spec.Score);
        var have = new HashSet<int>();
        foreach (var parts in merged)
        {
            merge.Add(parts.Part);
            have.UnionWith(parts.ShardIndexes);
        }

        var poisoned = (await directory.ReadPoisonedAsync(plan, cancellationToken)).Select(shard => shard.ShardIndex).ToHashSet();
        foreach (var shard in plan.Shards.Where(shard => poisoned.Contains(shard.ShardIndex) && have.Add(shard.ShardIndex)))
            merge.AddPoisoned(shard);

        using var meter = new ProgressMeter(time, progress, RunPhase.Reducing, plan.Shards.Length);
        meter.Add(have.Count);
        await AddAsync(merge, directory, plan.Shards.Where(shard => !have.Contains(shard.ShardIndex)), () => meter.Add(1), cancellationToken);
        var result = ResultOf(merge, directory, plan, queries, plan.RowCount);
        if (!await directory.HasResultAsync(cancellationToken))
            CheckLimit(plan, directory.Manifest.Spec.Score, result.Unscorable);
        return result;
    }

    /// <summary>Merges the parts of shards that are scored.</summary>
    /// <exception cref="MirroredException">Data: a part cannot be read. Unavailable: one has gone.</exception>
    internal static Task AddAsync(PartMerge merge, RunDirectory directory, IEnumerable<Shard> shards, Action added, CancellationToken cancellationToken)
    {
        var merging = new Lock();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(PartsAtOnceMin, Environment.ProcessorCount), CancellationToken = cancellationToken };
        return Parallel.ForEachAsync(shards, parallel, async (shard, stop) =>
        {
            var part = await directory.TryGetPartAsync(shard, stop) ?? throw directory.PartHasGone(shard.ShardIndex);
            lock (merging)
                merge.Add(part);
            added();
        });
    }

    /// <param name="expectedRows">Of the shards that were merged.</param>
    internal static RunResult ResultOf(PartMerge merge, RunDirectory directory, RunPlan plan, ImmutableArray<Query> queries, long expectedRows)
    {
        Reconcile(expectedRows, merge);
        var score = directory.Manifest.Spec.Score;
        return new RunResult
        {
            Run = directory.Manifest.Run,
            Estimator = score.Estimator,
            Rank = score.Rank,
            Queries = [.. queries.Select((query, index) => QueryResult.From(query, merge.Reductions[index], plan))],
            ExpectedRows = expectedRows,
            ScoredRows = merge.ScoredRowCount,
            Unscorable = merge.Unscorable,
        };
    }

    /// <summary>Each worker held its own rows to the limit. A poisoned shard is allowed as such.</summary>
    private static void CheckLimit(RunPlan plan, ScoreSpec score, UnscorableRows unscorable) => new UnscorableLimit(plan, score.MaxUnscorable).Check(
        unscorable.Count - unscorable.CountOf(UnscorableReason.PoisonedShard), unscorable.Sample.Where(row => row.Reason != UnscorableReason.PoisonedShard));

    /// <summary>
    /// expected = scored + unscorable; a query ranks every scored row, and besides them only rows that are no number under another query.
    /// </summary>
    private static void Reconcile(long expectedRows, PartMerge merge)
    {
        var (scoredRows, unscorable) = (merge.ScoredRowCount, merge.Unscorable);
        if (expectedRows != scoredRows + unscorable.Count)
        {
            throw Failure.Data(
                $"{scoredRows:N0} scored and {unscorable.Count:N0} unscorable rows are not the {expectedRows:N0} rows expected. "
                + "Delete the run directory and run again.");
        }

        foreach (var reduction in merge.Reductions)
        {
            var ranked = reduction.Moments.Count;
            var rankedMax = scoredRows + unscorable.CountOf(UnscorableReason.NonFiniteLoss);
            if (ranked < scoredRows || ranked > rankedMax || ranked != reduction.Histogram.Count)
            {
                throw Failure.Data(
                    $"a query counts {ranked:N0} rows, its histogram {reduction.Histogram.Count:N0}; expected {scoredRows:N0}. "
                    + "Delete the run directory and run again.");
            }
        }
    }
}
