using System.CommandLine;
using System.Globalization;
using MirroredInfluence.Engine;
using MirroredInfluence.Report;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Cli;

/// <summary>What a run would cost, before it is run.</summary>
internal sealed class PlanVerb : Verb
{
    /// <summary>A setting is worth suggesting when it is this much faster.</summary>
    private const double WorthwhileGain = 1.1;

    private readonly SpecOptions _spec = new();

    private readonly Option<bool> _json = new("--json") { Description = "One JSON object." };

    public PlanVerb()
        : base("plan", "Predict files, rows, bytes, memory and time of a run from a short measurement on its own rows. Nothing is written.")
    {
        Add(_spec.SpecFile);
        AddFlags("Output", _json);
        AddFlags(_spec.Groups);
    }

    public override IReadOnlyList<Example> Examples => [new("plan spec.json", "what would this run cost?")];

    public override async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellationToken)
    {
        var spec = _spec.Read(parsed);
        var progress = new RunProgressPrinter(terminal);
        using var data = new DataFiles(ObjectCache.Of(spec.Compute, terminal.Time), terminal.Time, cancellationToken);
        var forecast = await new Probe(data, terminal.Time, progress, planned => HtmlReport.Check(data, planned)).MeasureAsync(spec, cancellationToken);
        terminal.WipeLine();

        if (parsed.GetValue(_json))
            WriteJson(forecast, terminal.Output);
        else
            Write(forecast, terminal.Output);
        return 0;
    }

    private static void Write(RunForecast forecast, TextWriter output)
    {
        var run = forecast.Run;
        var (queryCount, drawCount) = (run.Queries.Length, run.DrawCount);
        output.WriteLine($"train     {Counted.Of(run.Plan.RowCount, "row")}, {Quantity.Bytes(forecast.TrainBytes)} in {Counted.Of(run.Plan.Files.Length, "file")}, cut into {Counted.Of(run.Plan.Shards.Length, "shard")}");
        output.WriteLine($"test      {Counted.Of(run.Queries.Sum(query => query.Rows.Length), "row")} in {Counted.Of(queryCount, "query")}{(drawCount > 1 ? $", {drawCount:N0} draws a row" : "")}");
        output.WriteLine($"memory    about {Quantity.Bytes(forecast.MemoryBytes)} at the peak; mapped files come and go beside it");
        output.WriteLine($"disk      {Quantity.Bytes(forecast.WeightBytes)} of weight sets, up to {Quantity.Bytes(forecast.PartBytesMax)} of parts, about {Quantity.Bytes(forecast.ResultBytes)} of results");
        output.WriteLine($"time      {Quantity.Duration((forecast.StartTime + forecast.AscentTime + forecast.ColdScoreTime).TotalSeconds)}: start {Quantity.Duration(forecast.StartTime.TotalSeconds)}, ascent {Quantity.Duration(forecast.AscentTime.TotalSeconds)}, "
            + $"scoring {Quantity.Duration(forecast.ColdScoreTime.TotalSeconds)} ({Quantity.Duration(forecast.WarmScoreTime.TotalSeconds)} when base losses are cached)");

        output.WriteLine("\nMeasured, rows a second of all lanes together:");
        TextTable.Write(
            output,
            ["mini-batch rows", "lanes", "under θ̂", "each query", "this run, all queries"],
            [.. forecast.Points.Select(point => (string[])
            [
                point.MiniBatchRows + (point == forecast.Measured ? " (this run)" : ""),
                Count(point.LaneCount), Count(point.BaseRowsPerSecond), Count(point.QueryRowsPerSecond), Count(point.ColdRowsPerSecond(queryCount, drawCount)),
            ])]);
        output.WriteLine($"\n{Suggestion(forecast)}");
    }

    private static string Suggestion(RunForecast forecast)
    {
        var (queryCount, drawCount) = (forecast.Run.Queries.Length, forecast.Run.DrawCount);
        var gain = forecast.Suggested.ColdRowsPerSecond(queryCount, drawCount) / forecast.Measured.ColdRowsPerSecond(queryCount, drawCount);
        if (gain < WorthwhileGain)
            return "Nothing much faster was measured: run it as it is.";
        var flags = new List<string>();
        if (forecast.Suggested.LaneCount != forecast.LaneCount)
            flags.Add($"--compute-lanes {forecast.Suggested.LaneCount}");
        if (forecast.Suggested.MiniBatchRows != forecast.Measured.MiniBatchRows)
            flags.Add($"--score-mini-batch-rows {forecast.Suggested.MiniBatchRows}");
        return $"{gain.ToString("F1", CultureInfo.InvariantCulture)} times as fast: {string.Join(' ', flags)}"
            + (flags[^1].StartsWith("--score", StringComparison.Ordinal) ? " (another mini-batch size is another run)" : "");
    }

    private static string Count(double value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static void WriteJson(RunForecast forecast, TextWriter output) => output.WriteJsonLine(new
    {
        TrainRowCount = forecast.Run.Plan.RowCount,
        TrainFileCount = forecast.Run.Plan.Files.Length,
        ShardCount = forecast.Run.Plan.Shards.Length,
        QueryCount = forecast.Run.Queries.Length,
        forecast.LaneCount,
        forecast.TrainBytes,
        forecast.WeightBytes,
        forecast.PartBytesMax,
        forecast.ResultBytes,
        forecast.MemoryBytes,
        StartSeconds = forecast.StartTime.TotalSeconds,
        AscentSeconds = forecast.AscentTime.TotalSeconds,
        ColdScoreSeconds = forecast.ColdScoreTime.TotalSeconds,
        WarmScoreSeconds = forecast.WarmScoreTime.TotalSeconds,
        forecast.Points,
        forecast.Suggested,
    });
}
