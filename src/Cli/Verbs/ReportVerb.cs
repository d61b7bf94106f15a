using System.CommandLine;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Cli;

/// <summary>Makes a finished run's results again from its parts.</summary>
internal sealed class ReportVerb : Verb
{
    private readonly Argument<string> _folder = new("DIR") { Description = "A finished run: its folder, az://account/container/path or s3://bucket/path." };

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
        await FinishedRun.MakeResultsAsync(terminal, parsed.GetValue(_folder)!, spec => _spec.Overlay(parsed, spec).Report, HasResultAsync, cancellationToken);
        return 0;

        Task<bool> HasResultAsync(RunDirectory directory) => directory.HasResultAsync(cancellationToken);   // it was allowed then
    }
}
