using System.Collections.Immutable;
using MirroredInfluence.Torch;

namespace MirroredInfluence.Engine;

/// <summary>
/// Finds a learning rate and a number of steps by planted duplicates (§3 "Hyperparameter"): a training row that is its own query must rank
/// first.
/// </summary>
public sealed class Tuner(DataFiles data, TimeProvider time, IProgress<RunProgress>? progress = null)
{
    /// <summary>Ranks that are kept: a planted row past them counts as the one after.</summary>
    private const int RanksMax = 10_000;

    /// <summary>One planted row in so many tunes (§3).</summary>
    private const int TuneShare = 5;

    /// <param name="spec">Its ascent gives everything but learning rate and steps; its test rows are not used.</param>
    /// <exception cref="MirroredException">Invalid or Data: as for a run.</exception>
    public async Task<TuneResult> TuneAsync(RunSpec spec, TuneSpec tune, CancellationToken cancellationToken)
    {
        // The training rows are the test rows. An opponent of itself no row is: planted rows are proponents.
        var rank = spec.Score.Rank == RankOrder.Opponents ? RankOrder.Proponents : spec.Score.Rank;
        var planted = spec with
        {
            Test = new TestSpec { Shards = spec.Train.Shards, Rows = "0" },
            Score = spec.Score with { TopK = RanksMax, SaveLosses = false, Rank = rank },
        };
        using var models = DeviceModels.Load(data, spec.Model, spec.Compute, deviceCountMax: 1);
        var run = new Planner(data, digests: null, time, progress).Plan(planted, models.Models[0], cancellationToken);
        using var files = run.OpenTrainFiles();

        var random = new Random(tune.Seed);
        var queries = Plant(run, models.Models[0], files, tune.PlantedRowCount, random, cancellationToken);
        var plantedRows = queries.Select(query => run.Plan.RowIndex(query.Rows[0]));
        var shards = ShardSample.Draw(run.Plan, spec.Score.MiniBatchRows, plantedRows, tune.SampleRowCount, random);
        var rowCount = shards.Sum(shard => (long)shard.RowCount);
        var tuneCount = queries.Length / TuneShare;
        var grid = tune.LearningRates.SelectMany(rate => tune.Steps.Select(steps => (Rate: rate, Steps: steps)))
            .OrderBy(point => point.Rate * point.Steps).ThenBy(point => point.Steps).ToImmutableArray();

        using var meter = new ProgressMeter(time, progress, RunPhase.Scoring, rowCount * (grid.Length + 1));
        var trial = new TuneTrial(run, models, files, shards, new RowMeter(meter, run.Plan, maxUnscorable: double.PositiveInfinity));
        var curve = ImmutableArray.CreateBuilder<TunePoint>(grid.Length);
        foreach (var (rate, steps) in grid)
            curve.Add(await trial.TryAsync(rate, steps, queries[..tuneCount], cancellationToken));

        var chosen = curve.FirstOrDefault(point => point.FindsAll);
        var nearest = curve.Where(point => point.MeanRank is not null)
            .OrderByDescending(point => point.FirstCount).ThenBy(point => point.DivergedCount).ThenBy(point => point.MeanRank)
            .FirstOrDefault();
        return new TuneResult
        {
            Curve = curve.MoveToImmutable(),
            Chosen = chosen,
            Nearest = nearest,
            CanTrainOwners = chosen is null && spec.Ascent.Mode == AscentMode.Eval && trial.CanTrainOwners(queries[0], cancellationToken),
            Evaluation = chosen is null
                ? null
                : await trial.TryAsync(chosen.LearningRate, chosen.Steps, queries[tuneCount..], cancellationToken),
            RankedRowCount = rowCount,
        };
    }

    /// <summary>Training rows drawn at random that can be scored, each its own query.</summary>
    private static ImmutableArray<Query> Plant(
        PlannedRun run, BaseModel model, BoundFiles files, int count, Random random, CancellationToken cancellationToken)
    {
        if (count < TuneShare)
        {
            throw Failure.Invalid(
                $"{count} planted rows; expected {TuneShare} or more, since one in {TuneShare} tunes and the others evaluate.");
        }

        if (run.Plan.RowCount < count)
        {
            throw Failure.Invalid(
                $"The training set holds {run.Plan.RowCount:N0} rows; expected at least the {count} to plant. Plant fewer.");
        }

        using var lanes = new LaneSet(model, run.Spec.Compute.ThreadsPerLane);
        var planted = new SortedDictionary<long, Query>();
        for (var attempt = 0; planted.Count < count; attempt++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (attempt == 100 * count)
            {
                throw Failure.Data(
                    $"{attempt} rows drawn at random hold {planted.Count} that can be scored; expected {count}. "
                    + "`mirrored inspect` shows what is wrong with the data.");
            }

            var trainRow = random.NextInt64(run.Plan.RowCount);
            var (fileIndex, row) = run.Plan.Locate(trainRow);
            var file = files.Borrow(fileIndex);
            var (isReadable, id) = (file.IsReadable(row), file.IdOf(row));
            files.Return(fileIndex);
            var query = new Query { Name = $"planted row {trainRow}", Rows = [new TestRow(fileIndex, row, id)] };
            if (isReadable && !planted.ContainsKey(trainRow) && IsSound(query, blamesRow: planted.Count > 0 || attempt < count))
                planted[trainRow] = query;
        }

        var queries = planted.Values.ToArray();
        random.Shuffle(queries);
        return [.. queries];

        // A model that fails on every row is itself at fault: then its words are what helps.
        bool IsSound(Query query, bool blamesRow)
        {
            using var rows = QueryRows.Load(query, run.Plan, files);
            try
            {
                new ProbePasses(lanes.Of(rows.Layout), rows, miniBatchRows: 1).Next(null);
                return true;
            }
            catch (MirroredException exception) when (blamesRow && exception.Kind == FailureKind.Invalid)
            {
                return false;
            }
        }
    }
}
