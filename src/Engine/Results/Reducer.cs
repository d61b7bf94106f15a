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
        var result = await ReduceAsync(directory, plan, QueriesOf(directory), [], shard => directory.PartHasGone(shard.ShardIndex), cancellationToken);
        if (!allowPoisoned)
            await PoisonedShards.RefuseAsync(directory, plan, cancellationToken);
        return result;
    });

    /// <summary>The same of a run whose shards were just seen to be scored or allowed to be poisoned: what is not there has gone since.</summary>
    /// <param name="merged">Shards whose parts are merged already.</param>
    internal Task<RunResult> ReduceScoredAsync(
        RunDirectory directory, ImmutableArray<Query> queries, IReadOnlyCollection<MergedParts> merged, CancellationToken cancellationToken) => Span.OfAsync("reduce", async _ =>
    {
        var plan = await directory.TryGetPlanAsync(cancellationToken) ?? throw directory.PlanHasGone();
        return await ReduceAsync(directory, plan, queries, merged, shard => directory.PartHasGone(shard.ShardIndex), cancellationToken);
    });

    /// <summary>The same of the shards that are scored by now, as if there were no others; null before the first.</summary>
    public async Task<RunResult?> ReduceSoFarAsync(RunDirectory directory, CancellationToken cancellationToken)
    {
        if (await directory.TryGetPlanAsync(cancellationToken) is not { } plan)
            return null;
        var scored = new HashSet<int>();
        await foreach (var shard in directory.ListPartsAsync(cancellationToken))
            scored.Add(shard);
        ImmutableArray<Shard> shards = [.. plan.Shards.Where(shard => scored.Contains(shard.ShardIndex))];
        return shards.IsEmpty ? null : await MergeAsync(directory, plan, shards, QueriesOf(directory), [], shard => directory.PartHasGone(shard.ShardIndex), cancellationToken);
    }

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

    private ImmutableArray<Query> QueriesOf(RunDirectory directory) => QueryReader.Read(data, directory.Manifest.Spec, directory.Manifest.Inputs.Test);

    private async Task<RunResult> ReduceAsync(
        RunDirectory directory,
        RunPlan plan,
        ImmutableArray<Query> queries,
        IReadOnlyCollection<MergedParts> merged,
        Func<Shard, MirroredException> missing,
        CancellationToken cancellationToken)
    {
        var result = await MergeAsync(directory, plan, plan.Shards, queries, merged, missing, cancellationToken);
        if (!await directory.HasResultAsync(cancellationToken))
            CheckLimit(plan, directory.Manifest.Spec.Score, result.Unscorable);
        return result;
    }

    /// <param name="missing">What a shard without a part is refused with.</param>
    private async Task<RunResult> MergeAsync(
        RunDirectory directory,
        RunPlan plan,
        ImmutableArray<Shard> shards,
        ImmutableArray<Query> queries,
        IReadOnlyCollection<MergedParts> merged,
        Func<Shard, MirroredException> missing,
        CancellationToken cancellationToken)
    {
        var score = directory.Manifest.Spec.Score;
        var merge = new PartMerge([.. queries.Select(query => query.Name)], score);
        var have = new HashSet<int>();
        foreach (var parts in merged)
        {
            merge.Add(parts.Part);
            have.UnionWith(parts.ShardIndexes);
        }

        var poisoned = (await directory.ReadPoisonedAsync(plan, cancellationToken)).Select(shard => shard.ShardIndex).ToHashSet();

        var merging = new Lock();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(PartsAtOnceMin, Environment.ProcessorCount), CancellationToken = cancellationToken };
        using var meter = new ProgressMeter(time, progress, RunPhase.Reducing, shards.Length);
        await Parallel.ForEachAsync(shards, parallel, async (shard, stop) =>
        {
            if (!have.Contains(shard.ShardIndex))
                await MergeOneAsync(shard, stop);
            meter.Add(1);
        });

        var expectedRows = shards.Sum(shard => (long)shard.RowCount);
        Reconcile(expectedRows, merge);
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

        async Task MergeOneAsync(Shard shard, CancellationToken stop)
        {
            var part = poisoned.Contains(shard.ShardIndex) ? null : await directory.TryGetPartAsync(shard, stop) ?? throw missing(shard);
            lock (merging)
            {
                if (part is null)
                    merge.AddPoisoned(shard);
                else
                    merge.Add(part);
            }
        }
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
