using System.CommandLine;
using MirroredInfluence.Engine;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Cli;

/// <summary>Makes a finished run's results again from its parts.</summary>
internal sealed class ReportVerb : Verb
{
    private readonly Argument<string> _folder = new("DIR") { Description = "A finished run: its folder or az://account/container/path." };

    private readonly SpecOptions _spec = new("report");

    public ReportVerb()
        : base("report", "Make a finished run's results and report again from its parts. Nothing is scored.")
    {
        Add(_folder);
        AddFlags(_spec.Groups);
    }

    public override IReadOnlyList<Example> Examples => [new("report out/demo --report-caption caption --report-title Fashion", "the same run, shown differently")];

    public override async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellationToken)
    {
        var place = ObjectUri.Parse(parsed.GetValue(_folder)!);
        var directory = await RunDirectory.OpenAsync(ObjectStores.Open(place, CacheFolder.Resolve(null), terminal.Time), cancellationToken);
        var spec = _spec.Overlay(parsed, directory.Manifest.Spec);
        var progress = new RunProgressPrinter(terminal);
        var result = await new Reducer(terminal.Time, progress).ReduceAsync(directory, cancellationToken);
        terminal.WipeLine();

        await ResultFiles.WriteAsync(directory, place, result, spec.Report, cancellationToken);
        ResultFiles.WriteTable(terminal, place, result);
        return 0;
    }
}
