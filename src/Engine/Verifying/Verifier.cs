using System.Collections.Immutable;
using System.Globalization;
using MirroredInfluence.Storage;
using MirroredInfluence.Torch;

namespace MirroredInfluence.Engine;

/// <summary>
/// Computes rows of a finished run again, each alone and in its own mini-batch, and compares them with what the run recorded. Parts are
/// merged anew, so the counts are reconciled too.
/// </summary>
public sealed class Verifier(DataFiles data, TimeProvider time, IProgress<RunProgress>? progress = null)
{
    /// <summary>
    /// Losses agree when they differ by at most this much × max(1, |loss|). Kernels sum in another order for another mini-batch size,
    /// thread count or machine: 1e-6 was measured on a ResNet-18 and a language model between 1 and 32 rows, and a difference has two
    /// losses.
    /// </summary>
    public const float Tolerance = 1e-5f;

    /// <exception cref="MirroredException">
    /// Invalid: the run is not finished. Data: its parts, weight sets or inputs were changed.
    /// </exception>
    public async Task<VerifyResult> VerifyAsync(IObjectStore store, VerifySpec verify, CancellationToken cancellationToken)
    {
        var directory = await RunDirectory.OpenAsync(store, cancellationToken);
        var result = await new Reducer(data, time, progress).ReduceAsync(directory, allowPoisoned: true, cancellationToken);
        var (spec, inputs) = (directory.Manifest.Spec, directory.Manifest.Inputs);
        using var models = DeviceModels.Load(data, spec.Model with { Sha256 = inputs.ModelDigest }, spec.Compute, deviceCountMax: 1);

        // Digests are computed afresh: a cached one would not notice a changed file.
        var run = new Planner(data, new DigestCache(folder: null, time), time, progress)
            .Plan(WithFilesOf(inputs, spec), models.Models[0], cancellationToken);
        if (run.Manifest.Run != directory.Manifest.Run)
        {
            throw Failure.Data(
                $"the run's inputs have changed: {RunIdentity.Differences(directory.Manifest, run.Manifest)}. "
                + "What it recorded cannot be computed again.");
        }

        using var weights = await DeviceWeights.OpenAsync(run, models, directory, cancellationToken);
        using var files = run.OpenTrainFiles();
        var chosen = Choose(result, verify).ToList();
        using var meter = new ProgressMeter(time, progress, RunPhase.Scoring, chosen.Count);
        var rows = ImmutableArray.CreateBuilder<VerifiedRow>(chosen.Count);
        foreach (var (queryIndex, trainRow) in chosen)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var query = result.Queries[queryIndex];
            var weight = weights.Of(models.Models[0])[queryIndex];
            rows.Add(Compare(
                query.Query.Name,
                trainRow,
                Recorded(query, trainRow),
                await ScoreAsync(run, query.Query, weight, models, files, trainRow, spec.Score.MiniBatchRows, cancellationToken),
                await ScoreAsync(run, query.Query, weight, models, files, trainRow, miniBatchRows: 1, cancellationToken)));
            meter.Add(1);
        }

        return new VerifyResult { Result = result, Rows = rows.ToImmutable() };
    }

    /// <summary>The files that the run read, wherever its patterns would lead today.</summary>
    private static RunSpec WithFilesOf(RunInputs inputs, RunSpec spec) => spec with
    {
        Train = spec.Train with { Shards = [.. inputs.Train.Select(file => file.Uri)] },
        Test = spec.Test with { Shards = [.. inputs.Test.Select(file => file.Uri)] },
    };

    private static IEnumerable<(int QueryIndex, long TrainRow)> Choose(RunResult result, VerifySpec verify)
    {
        if (verify.TrainRow is { } trainRow)
        {
            if (trainRow < 0 || trainRow >= result.ExpectedRows)
                throw Failure.Invalid($"row {trainRow}: expected 0 to {result.ExpectedRows - 1}, the rows of the training set.");

            return result.Queries.Select((_, index) => (index, trainRow));
        }

        var ranked = result.Queries.SelectMany((query, index) => query.Top.Select(row => (index, row.TrainRow))).ToArray();
        new Random(verify.Seed).Shuffle(ranked);
        return ranked.Take(verify.RowCount);
    }

    private static InfluenceEntry? Recorded(QueryResult query, long trainRow)
    {
        if (query.Top.FirstOrDefault(row => row.TrainRow == trainRow) is not { } row)
            return null;

        return new InfluenceEntry { TrainRow = trainRow, Influence = row.Influence, LossDifference = row.LossDifference, BaseLoss = row.BaseLoss };
    }

    private async Task<InfluenceEntry?> ScoreAsync(
        PlannedRun run,
        Query query,
        WeightSet weights,
        DeviceModels models,
        BoundFiles files,
        long trainRow,
        int miniBatchRows,
        CancellationToken cancellationToken)
    {
        var score = run.Spec.Score with { MiniBatchRows = miniBatchRows, TopK = miniBatchRows, SaveLosses = false };
        var alone = run with { Queries = [query], Manifest = run.Manifest with { Spec = run.Spec with { Score = score } } };
        var shard = ShardSample.MiniBatchOf(run.Plan, miniBatchRows, trainRow);
        using var progressMeter = new ProgressMeter(time, progress: null, RunPhase.Scoring, shard.RowCount);
        var meter = new RowMeter(progressMeter, run.Plan, maxUnscorable: 1);
        InfluenceEntry? found = null;
        await LaneScoring.RunAsync(alone, [shard], models, _ => [weights], files, meter, _ => null, Take, cancellationToken);
        return found;

        void Take(ScoredShard scored, CancellationToken stop)
        {
            foreach (var entry in scored.Part.Reductions[0].Top.ToSorted().Where(entry => entry.TrainRow == trainRow))
                found = entry;
        }
    }

    private static VerifiedRow Compare(
        string query, long trainRow, InfluenceEntry? recorded, InfluenceEntry? inMiniBatch, InfluenceEntry? alone) => new()
        {
            Query = query,
            TrainRow = trainRow,
            Recorded = recorded,
            InMiniBatch = inMiniBatch,
            Alone = alone,
            Difference = (recorded is null ? null : Difference("recorded", recorded, inMiniBatch)) ?? Difference("alone", alone, inMiniBatch),
        };

    private static string? Difference(string what, InfluenceEntry? found, InfluenceEntry? inMiniBatch)
    {
        if (found is not { } one || inMiniBatch is not { } other)
            return found is null == inMiniBatch is null ? null : $"{what}: {(found is null ? "no" : "a")} loss, in its mini-batch {(found is null ? "one" : "none")}";

        var allowed = Tolerance * MathF.Max(1, MathF.Abs(other.BaseLoss) + MathF.Abs(other.LossDifference));
        return Difference($"{what} base loss", one.BaseLoss, other.BaseLoss, allowed)
            ?? Difference($"{what} loss difference", one.LossDifference, other.LossDifference, allowed);
    }

    private static string? Difference(string what, float found, float inMiniBatch, float allowed) => MathF.Abs(found - inMiniBatch) <= allowed
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"{what} {found:G7}, in its mini-batch {inMiniBatch:G7}");
}
