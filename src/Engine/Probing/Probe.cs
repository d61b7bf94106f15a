using System.Collections.Immutable;
using MirroredInfluence.Torch;

namespace MirroredInfluence.Engine;

/// <summary>Predicts what a run will cost from one ascent and a second or two of forward passes on its own rows. Writes nothing.
/// Of several GPUs it measures the first.</summary>
/// <param name="check">Gets the planned run before anything is computed, to refuse it.</param>
public sealed class Probe(DataFiles data, TimeProvider time, IProgress<RunProgress>? progress = null, Action<RunManifest>? check = null)
{
    private const int RowCount = 256;   // first readable rows that the passes run over
    private const long EntryBytes = 64;        // a row of a top-k
    private const long HistogramBytes = 8192;  // the pages that one query touches
    private const long RankedBytes = 230;      // a ranked row in result.json, result.arrow and report.html, without its file's name
    private static readonly TimeSpan PassTime = TimeSpan.FromSeconds(0.2), ShortAscent = TimeSpan.FromSeconds(2);
    private static readonly ImmutableArray<int> MiniBatchSizes = [8, 16, 32, 64];

    /// <exception cref="MirroredException">Invalid or Data: as for a run.</exception>
    public async Task<RunForecast> MeasureAsync(RunSpec spec, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        using var models = DeviceModels.Load(data, spec.Model, spec.Compute, deviceCountMax: 1);
        var run = new Planner(data, digests: null, time, progress).Plan(spec, models.Models[0], cancellationToken);
        check?.Invoke(run.Manifest);
        var startTime = time.GetElapsedTime(start);
        var rows = ReadableRows(run);

        var ascentStart = time.GetTimestamp();
        using var weights = AscendFirst(run, models.Models[0], cancellationToken);
        var firstAscentTime = time.GetElapsedTime(ascentStart);
        var ascentTime = firstAscentTime < ShortAscent ? MeasureAgain() : firstAscentTime;

        ImmutableArray<ProbePoint> points;
        try
        {
            points = await MeasureAsync(run, rows, weights, models, cancellationToken);
        }
        catch (MirroredException failure) when (failure.Kind == FailureKind.Invalid)
        {
            var sound = SoundRows(run, rows, models.Models[0], cancellationToken);
            if (sound.Length == 0 || sound.Length == rows.Length)
                throw;
            points = await MeasureAsync(run, sound, weights, models, cancellationToken);
        }

        return Forecast(run, models, weights, points, startTime + firstAscentTime, ascentTime);

        // The first one of a process is slower than the others by what is allocated and compiled.
        TimeSpan MeasureAgain()
        {
            var since = time.GetTimestamp();
            using var again = AscendFirst(run, models.Models[0], cancellationToken);
            return time.GetElapsedTime(since);
        }
    }

    private static ImmutableArray<TestRow> ReadableRows(PlannedRun run)
    {
        using var files = run.OpenTrainFiles();
        var rows = ImmutableArray.CreateBuilder<TestRow>();
        for (var trainRow = 0L; trainRow < run.Plan.RowCount && rows.Count < RowCount; trainRow++)
        {
            var (fileIndex, row) = run.Plan.Locate(trainRow);
            var file = files.Borrow(fileIndex);
            if (file.Layout.StoresAs(run.Layout) && file.IsReadable(row))
                rows.Add(new TestRow(fileIndex, row));
            files.Return(fileIndex);
        }

        if (rows.Count == 0)
        {
            throw Failure.Data(
                $"none of the {run.Plan.RowCount:N0} training rows can be read; `mirrored inspect` shows what is wrong with the data.");
        }

        return rows.ToImmutable();
    }

    /// <summary>Those of the rows on which the model does not fail.</summary>
    private static ImmutableArray<TestRow> SoundRows(
        PlannedRun run, ImmutableArray<TestRow> rows, BaseModel model, CancellationToken cancellationToken)
    {
        using var loaded = Load(run, rows);
        using var lane = model.CreateLane(loaded.Layout, run.Spec.Compute.ThreadsPerLane);
        var passes = new ProbePasses(lane, loaded, miniBatchRows: 1);
        return [.. rows.Where(IsSound)];

        bool IsSound(TestRow row)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                passes.Next(null);
                return true;
            }
            catch (MirroredException exception) when (exception.Kind == FailureKind.Invalid)
            {
                return false;
            }
        }
    }

    private static QueryRows Load(PlannedRun run, ImmutableArray<TestRow> rows)
    {
        using var files = run.OpenTrainFiles();
        return QueryRows.Load(new Query { Name = "probe", Rows = rows }, run.Plan, files);
    }

    private static WeightSet AscendFirst(PlannedRun run, BaseModel model, CancellationToken cancellationToken)
    {
        using var files = run.OpenTestFiles();
        var testRows = RunPlan.Cut(run.Manifest.Inputs.Test, int.MaxValue, miniBatchRows: 1);
        using var rows = QueryRows.Load(run.Queries[0], testRows, files);
        return Ascender.Ascend(run, run.Spec.Ascent, run.Queries[0], rows, model, notice: _ => { }, cancellationToken).Weights;
    }

    private async Task<ImmutableArray<ProbePoint>> MeasureAsync(
        PlannedRun run, ImmutableArray<TestRow> rows, WeightSet weights, DeviceModels models, CancellationToken cancellationToken)
    {
        using var loaded = Load(run, rows);
        var points = ImmutableArray.CreateBuilder<ProbePoint>();
        foreach (var miniBatchRows in MiniBatchSizes.Append(run.Spec.Score.MiniBatchRows).Distinct().Order())
        {
            foreach (var laneCount in new[] { 1, models.LaneCount }.Distinct())
                points.Add(await MeasureAsync(run, loaded, weights, models, miniBatchRows, laneCount, cancellationToken));
        }

        return points.ToImmutable();
    }

    private async Task<ProbePoint> MeasureAsync(
        PlannedRun run,
        QueryRows rows,
        WeightSet weights,
        DeviceModels models,
        int miniBatchRows,
        int laneCount,
        CancellationToken cancellationToken)
    {
        var rates = new double[3];
        var adding = new Lock();
        await LaneThreads.RunAsync(laneCount, MeasureLane, cancellationToken);
        return new ProbePoint
        {
            MiniBatchRows = miniBatchRows,
            LaneCount = laneCount,
            BaseRowsPerSecond = rates[0],
            FirstQueryRowsPerSecond = rates[1],
            QueryRowsPerSecond = rates[2],
        };

        void MeasureLane(int laneIndex, CancellationToken stop)
        {
            using var lane = models.Models[0].CreateLane(rows.Layout, run.Spec.Compute.ThreadsPerLane);
            var passes = new ProbePasses(lane, rows, miniBatchRows);
            double[] measured =
            [
                passes.Measure(time, PassTime, () => passes.Next(null), stop),
                passes.Measure(time, PassTime, () => passes.Next(weights), stop),
                passes.Measure(time, PassTime, () => passes.Again(weights), stop),
            ];
            lock (adding)
            {
                for (var i = 0; i < rates.Length; i++)
                    rates[i] += measured[i];
            }
        }
    }

    private static RunForecast Forecast(
        PlannedRun run, DeviceModels models, WeightSet weights, ImmutableArray<ProbePoint> points, TimeSpan startTime, TimeSpan ascentTime)
    {
        var (score, queryCount, drawCount) = (run.Spec.Score, run.Queries.Length, run.DrawCount);
        var measured = points.First(point => point.MiniBatchRows == score.MiniBatchRows && point.LaneCount == models.LaneCount);
        var shardRows = run.Plan.Shards.Max(shard => shard.RowCount);
        var lossBytes = score.SaveLosses ? sizeof(float) * (queryCount + 1L) : 0;

        // A query of a shard: its top-k, some pages of its histogram, two exact sums.
        var reductionBytes = (Math.Min(score.TopK, shardRows) * EntryBytes) + HistogramBytes + (2L * ExactSum.SizeBytes);
        return new RunForecast
        {
            Run = run,
            LaneCount = models.LaneCount,
            Measured = measured,
            Points = points,
            Suggested = points.MaxBy(point => point.ColdRowsPerSecond(queryCount, drawCount))!,
            TrainBytes = run.Plan.Files.Sum(file => run.Data.LengthOf(file.Uri)),
            WeightBytes = queryCount * BytesOf(weights, run.WeightsOf(run.Queries[0])),
            PartBytesMax = (run.Plan.Shards.Length * queryCount * reductionBytes) + (run.Plan.RowCount * lossBytes),
            ResultBytes = queryCount * Math.Min(score.TopK, run.Plan.RowCount) * (RankedBytes + run.Plan.Files.Max(file => file.Uri.Length)),
            MemoryBytes = Environment.WorkingSet
                + (2 * models.LaneCount * ((queryCount * reductionBytes) + (shardRows * ((sizeof(float) * (long)drawCount) + lossBytes))))
                + (models.LaneCount * (queryCount + 1L) * drawCount * score.MiniBatchRows * sizeof(float)),
            StartTime = startTime,
            AscentTime = ascentTime * ((queryCount + models.LaneCount - 1) / models.LaneCount),
            ColdScoreTime = TimeSpan.FromSeconds(run.Plan.RowCount / measured.ColdRowsPerSecond(queryCount, drawCount)),
            WarmScoreTime = TimeSpan.FromSeconds(run.Plan.RowCount / measured.WarmRowsPerSecond(queryCount, drawCount)),
        };
    }

    private static long BytesOf(WeightSet weights, string subject)
    {
        using var length = new LengthStream();
        weights.Write(length, subject);
        return length.Length;
    }
}
