using System.CommandLine;
using System.Text.Json.Nodes;
using MirroredInfluence.Engine;
using MirroredInfluence.Report;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Cli;

/// <summary>How far a run is, from its directory alone.</summary>
internal sealed class StatusVerb : Verb
{
    private readonly Argument<string> _folder = new("DIR") { Description = "A run directory: a folder, az://account/container/path or s3://bucket/path." };

    private readonly Option<bool> _top = new("--top") { Description = "The rankings so far as well: reads the parts that are there, and the test files." };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object." };

    public StatusVerb()
        : base("status", "Show how far a run is, from its directory alone.")
    {
        Add(_folder);
        AddFlags("Output", _top, _json);
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("status out/demo", "also while it runs, from another terminal"),
        new("status out/demo --top", "who leads so far?"),
    ];

    public override async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellationToken)
    {
        var place = ObjectUri.Parse(parsed.GetValue(_folder)!);
        var cache = ObjectCache.Of(new ComputeSpec(), terminal.Time);
        using var data = new DataFiles(cache, terminal.Time, cancellationToken);
        var store = ObjectStores.Open(place, cache, terminal.Time);
        var directory = await RunDirectory.OpenAsync(store, cancellationToken);
        var status = await DirectoryStatus.ReadAsync(directory, store, terminal.Time.GetUtcNow(), cancellationToken);
        var soFar = parsed.GetValue(_top) && await ResultSoFar.TryOpenAsync(store, data, cancellationToken) is { } known ? await known.ReduceAsync(cancellationToken) : null;

        if (parsed.GetValue(_json))
        {
            terminal.Output.WriteJsonLine(status with { Result = soFar is null ? null : JsonNode.Parse(ResultWriter.ToJson(soFar)) });
            return 0;
        }

        Write(status, place, terminal.Output);
        if (soFar is not null)
        {
            terminal.Output.WriteLine();
            ConsoleTable.Write(terminal.Output, soFar, new FileLabels(directory.Manifest.Inputs.Train), [], terminal.Width, terminal.UsesColor);
        }

        return 0;
    }

    private static void Write(DirectoryStatus status, ObjectUri place, TextWriter output)
    {
        output.WriteLine($"run         {status.Run}");
        output.WriteLine($"model       {status.Model}");
        output.WriteLine($"shards      {status.ScoredShardCount:N0} of {status.ShardCount:N0} scored");
        output.WriteLine($"rows        {status.DoneRowCount:N0} of {status.RowCount:N0} done ({status.Coverage:P1})");
        output.WriteLine(status switch
        {
            { IsStale: true } => $"result      stale: it is there, but parts of it have gone; the same 'mirrored run' or 'mirrored work' scores them again ({place.Of(ResultFiles.Page)})",
            { HasResult: true } => $"result      {place.Of(ResultFiles.Page)}",
            { IsScored: true } => $"result      not written yet: mirrored report {place}",
            { IsPoisoned: true } => $"result      not yet: all but the poisoned shards is scored; mirrored reduce {place} --allow-poisoned makes it without their rows, "
                + "or mend the cause, remove poisoned/ and workers/, and run again",
            _ => "result      not yet: the same 'mirrored run', 'work' or 'submit' goes on from here",
        });
        foreach (var shard in status.Poisoned)
            output.WriteLine($"poisoned    shard {shard.ShardIndex}: {shard.Uri}, rows {shard.RowStart:N0} to {shard.RowStart + shard.RowCount - 1:N0}, killed workers {string.Join(", ", shard.Workers)}");
        if (status.RemainingSeconds is { } seconds && !status.HasResult)
            output.WriteLine($"speed       {status.RowsPerSecond:N0} rows/s of {Counted.Of(status.Workers.Count(worker => worker.IsSeenLately), "worker")} seen lately, {Quantity.Duration(seconds)} left");
        foreach (var worker in status.HasResult ? [] : status.Workers)
            output.WriteLine($"worker {worker.Worker,-4} {worker.RowCount,14:N0} rows {worker.RowsPerSecond,9:N0}/s  {worker}, on {worker.Host}{(worker.Session > 0 ? $", session {worker.Session}" : "")}");
    }
}
