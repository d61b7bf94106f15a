using System.CommandLine;
using MirroredInfluence.Engine;
using MirroredInfluence.Report;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Cli;

/// <summary>Runs a spec on this machine, or goes on with it.</summary>
internal sealed class RunVerb : Verb
{
    private readonly SpecOptions _spec = new();

    private readonly Option<string> _out = new("--out") { HelpName = "DIR", Description = "The run directory: a folder, az://account/container/path or s3://bucket/path. The same run again goes on in it. Default: out/<name of the spec>" };

    private readonly Option<bool> _json = new("--json") { Description = "A JSON object a line: progress, then a summary. For programs." };

    public RunVerb()
        : base("run", "Find the training rows behind each query. Ctrl-C any time: the same command goes on where it stopped.")
    {
        Add(_spec.SpecFile);
        AddFlags("Output", _out, _json);
        AddFlags(_spec.Groups);
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("run spec.json", "everything from a file; results in out/spec"),
        new("run spec.json --ascent-steps 3 --out out/three-steps", "a flag goes before the file"),
        new("run --model-uri model.pt --train-shards 'train/*.arrow' --test-shards test.arrow --out out/first", "no file at all"),
        new("run --model-uri model.pt --train-shards 'train/*.arrow' --test-shards 'train/*.arrow' --test-query all", "self-influence: which training rows stand out?"),
    ];

    public override string WhenStopped => "finished shards are kept, the one a lane was at is scored again; the same command goes on from here.";

    public override async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellationToken)
    {
        var spec = _spec.Read(parsed);
        var place = OutFolder.Parse(parsed.GetValue(_out) ?? Path.Combine("out", _spec.DefaultName(parsed, spec)), _out.Name);
        var cache = ObjectCache.Of(spec.Compute, terminal.Time);
        using var data = new DataFiles(cache, terminal.Time, cancellationToken);
        var store = ObjectStores.Open(place, cache, terminal.Time);

        var startedAt = terminal.Time.GetTimestamp();
        var progress = new PhaseWatch(parsed.GetValue(_json) ? new RunProgressJson(terminal) : new RunProgressPrinter(terminal));
        var (directory, result) = await LocalRun.RunAsync(spec, place, store, data, terminal.Time, progress, cancellationToken);
        terminal.WipeLine();

        var seconds = terminal.Time.GetElapsedTime(startedAt).TotalSeconds;
        if (parsed.GetValue(_json))
        {
            WriteJson(terminal.Output, place, result, progress.HasScored, seconds);
            return 0;
        }

        FinishedRun.WriteTable(terminal, directory, place, result);
        terminal.Say(progress.HasScored ? $"done in {Quantity.Duration(seconds)}" : "This run was finished before: nothing was left to score.");
        return 0;
    }

    private static void WriteJson(TextWriter output, ObjectUri place, RunResult result, bool hasScored, double seconds) => output.WriteJsonLine(new
    {
        Event = "result",
        result.Run,
        Directory = place.IsRemote ? place.Text : Path.GetFullPath(place.Text),
        QueryCount = result.Queries.Length,
        result.ExpectedRows,
        result.ScoredRows,
        UnscorableRows = result.Unscorable.CountsByReason.ToDictionary(reason => SpecName.Of(reason.Key), reason => reason.Value),
        Notes = ResultNotes.Of(result),
        WasFinished = !hasScored,
        Seconds = seconds,
    });
}
