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
        var result = await ReduceAsync(directory, plan, QueriesOf(directory), NotScored, cancellationToken);
        if (!allowPoisoned)
            await PoisonedShards.RefuseAsync(directory, plan, cancellationToken);
        return result;

        MirroredException NotScored(Shard shard) => Failure.Invalid($"shard {shard.ShardIndex} of {plan.Shards.Length} is not scored yet; run again to go on.");
    });

    /// <summary>The same of a run whose shards were just seen to be scored or allowed to be poisoned: what is not there has gone since.</summary>
    internal Task<RunResult> ReduceScoredAsync(RunDirectory directory, ImmutableArray<Query> queries, CancellationToken cancellationToken) => Span.OfAsync("reduce", async _ =>
    {
        var plan = await directory.TryGetPlanAsync(cancellationToken) ?? throw directory.PlanHasGone();
        return await ReduceAsync(directory, plan, queries, shard => directory.PartHasGone(shard.ShardIndex), cancellationToken);
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
        return shards.IsEmpty ? null : await MergeAsync(directory, plan, shards, QueriesOf(directory), shard => directory.PartHasGone(shard.ShardIndex), cancellationToken);
    }

    private ImmutableArray<Query> QueriesOf(RunDirectory directory) => QueryReader.Read(data, directory.Manifest.Spec, directory.Manifest.Inputs.Test);

    private async Task<RunResult> ReduceAsync(
        RunDirectory directory, RunPlan plan, ImmutableArray<Query> queries, Func<Shard, MirroredException> missing, CancellationToken cancellationToken)
    {
        var result = await MergeAsync(directory, plan, plan.Shards, queries, missing, cancellationToken);
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
        Func<Shard, MirroredException> missing,
        CancellationToken cancellationToken)
    {
        var score = directory.Manifest.Spec.Score;
        QueryReduction[] reductions = [.. queries.Select(_ => new QueryReduction(score.TopK, score.Rank))];
        var unscorable = new UnscorableRows();
        var scoredRows = 0L;
        var poisoned = (await directory.ReadPoisonedAsync(plan, cancellationToken)).Select(shard => shard.ShardIndex).ToHashSet();

        var merging = new Lock();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(PartsAtOnceMin, Environment.ProcessorCount), CancellationToken = cancellationToken };
        using var meter = new ProgressMeter(time, progress, RunPhase.Reducing, shards.Length);
        await Parallel.ForEachAsync(shards, parallel, async (shard, stop) =>
        {
            var part = poisoned.Contains(shard.ShardIndex) ? null : Checked(await directory.TryGetPartAsync(shard, stop) ?? throw missing(shard), queries);
            lock (merging)
                Merge(shard, part);
            meter.Add(1);
        });

        var expectedRows = shards.Sum(shard => (long)shard.RowCount);
        Reconcile(expectedRows, scoredRows, unscorable, reductions);
        return new RunResult
        {
            Run = directory.Manifest.Run,
            Estimator = score.Estimator,
            Rank = score.Rank,
            Queries = [.. queries.Select((query, index) => QueryResult.From(query, reductions[index], plan))],
            ExpectedRows = expectedRows,
            ScoredRows = scoredRows,
            Unscorable = unscorable,
        };

        void Merge(Shard shard, ShardPart? part)
        {
            if (part is null)
            {
                unscorable.AddCount(UnscorableReason.PoisonedShard, shard.RowCount);
                unscorable.AddToSample(new UnscorableRow(shard.FileRowOffset + shard.RowStart, UnscorableReason.PoisonedShard, RowValue.Null));
                return;
            }

            for (var query = 0; query < reductions.Length; query++)
                reductions[query].Merge(part.Reductions[query]);
            unscorable.Merge(part.Unscorable);
            scoredRows += part.ScoredRowCount;
        }
    }

    private static ShardPart Checked(ShardPart part, ImmutableArray<Query> queries) =>
        part.Queries.SequenceEqual(queries.Select(query => query.Name)) ? part : throw Failure.Data(
            $"part {part.ShardIndex} answers other queries than the test files ask; "
            + "the test files have changed since the run began.");

    /// <summary>Each worker held its own rows to the limit. A poisoned shard is allowed as such.</summary>
    private static void CheckLimit(RunPlan plan, ScoreSpec score, UnscorableRows unscorable) => new UnscorableLimit(plan, score.MaxUnscorable).Check(
        unscorable.Count - unscorable.CountOf(UnscorableReason.PoisonedShard), unscorable.Sample.Where(row => row.Reason != UnscorableReason.PoisonedShard));

    /// <summary>
    /// expected = scored + unscorable; a query ranks every scored row, and besides them only rows that are no number under another query.
    /// </summary>
    private static void Reconcile(long expectedRows, long scoredRows, UnscorableRows unscorable, QueryReduction[] reductions)
    {
        if (expectedRows != scoredRows + unscorable.Count)
        {
            throw Failure.Data(
                $"{scoredRows:N0} scored and {unscorable.Count:N0} unscorable rows are not the {expectedRows:N0} rows expected. "
                + "Delete the run directory and run again.");
        }

        foreach (var reduction in reductions)
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
