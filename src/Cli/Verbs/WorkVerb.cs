using System.CommandLine;
using System.Globalization;
using MirroredInfluence.Engine;
using MirroredInfluence.Report;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Cli;

/// <summary>One of the workers of a run.</summary>
internal sealed class WorkVerb : Verb
{
    private readonly SpecOptions _spec = new();

    private readonly Option<string> _out = new("--out") { HelpName = "DIR", Required = true, Description = "The run directory, the same for all workers: a folder they share, az://account/container/path or s3://bucket/path." };

    private readonly Option<string> _worker = new("--worker")
    {
        HelpName = "I/N",
        Required = true,
        Description = "Which worker this is, counted from 0, and how many there are: 3/8. A run may go on with another number.",
    };

    private readonly Option<bool> _allowPoisoned = AllowPoisoned();

    private readonly Option<double> _beatSeconds = new("--beat-seconds")
    {
        HelpName = "NUMBER",
        DefaultValueFactory = _ => 10,
        Description = "Seconds between two signs of life in the run directory. A worker without any for three of them counts as dead. [10]",
    };

    private readonly Option<bool> _json = new("--json") { Description = "A JSON object a line: progress, then a summary. For programs." };

    public WorkVerb()
        : base("work", "Be one of several workers of a run, which share nothing but its directory. Start as many as there are devices; any may die.")
    {
        Add(_spec.SpecFile);
        AddFlags("Worker", _out, _worker, _allowPoisoned, _beatSeconds, _json);
        AddFlags(_spec.Groups);
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("work spec.json --out /shared/run --worker 0/2", "on one machine"),
        new("work spec.json --out /shared/run --worker 1/2", "on another; whoever is last makes the result"),
        new("work spec.json --out /shared/run --worker $SLURM_ARRAY_TASK_ID/8", "in a Slurm array of 8"),
    ];

    public override string WhenStopped => "what is finished is kept; the other workers go on, and so does this one when it is started again.";

    public override async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellationToken)
    {
        var place = ReadPlace(parsed.GetValue(_worker)!) with { BeatInterval = ReadInterval(parsed.GetValue(_beatSeconds)) };
        var spec = _spec.Read(parsed);
        var directoryUri = OutFolder.Parse(parsed.GetValue(_out)!, _out.Name);
        var cache = ObjectCache.Of(spec.Compute, terminal.Time);
        using var data = new DataFiles(cache, terminal.Time, cancellationToken);
        var store = ObjectStores.Open(directoryUri, cache, terminal.Time);
        IProgress<RunProgress> progress = parsed.GetValue(_json) ? new RunProgressJson(terminal) : new RunProgressPrinter(terminal);
        var worker = new BatchWorker(
            place,
            (directory, result, stop) => ResultFiles.WriteAsync(directory, directoryUri, result, data, spec.Report, stop),
            data,
            terminal.Time,
            progress,
            planned => HtmlReport.Check(data, planned));
        var outcome = await worker.RunAsync(spec, store, parsed.GetValue(_allowPoisoned), cancellationToken);
        terminal.WipeLine();

        if (parsed.GetValue(_json))
            terminal.Output.WriteJsonLine(new { Event = "worker", outcome.Run, Worker = place.Index, outcome.ShardCount, outcome.RowCount, outcome.RunRowCount });
        else
            terminal.Say($"the run is finished: {Counted.Of(outcome.RunRowCount, "row")}, {outcome.RowCount:N0} of them in {Counted.Of(outcome.ShardCount, "shard")} by this worker");
        return 0;
    }

    internal static Option<bool> AllowPoisoned() => new("--allow-poisoned")
    {
        Description = $"Finish without shards that killed {BatchWorker.DeathsMax} workers: their rows count as unscorable.",
    };

    private static WorkerPlace ReadPlace(string text)
    {
        if (text.Split('/') is [var first, var second]
            && int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            && int.TryParse(second, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && index < count)
        {
            return new WorkerPlace(index, count);
        }

        throw Failure.Invalid($"--worker: found '{text}'; expected I/N with I from 0 to N − 1, such as 0/8 for the first of eight.");
    }

    private static TimeSpan ReadInterval(double seconds) => seconds is >= 0.05 and <= 3600
        ? TimeSpan.FromSeconds(seconds)
        : throw Failure.Invalid($"--beat-seconds: found {seconds}; expected 0.05 to 3600.");
}
