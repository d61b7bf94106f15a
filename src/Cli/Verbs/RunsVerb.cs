using System.CommandLine;
using MirroredInfluence.Client;

namespace MirroredInfluence.Cli;

/// <summary>Lists a cluster's runs.</summary>
internal sealed class RunsVerb : Verb
{
    private readonly ClusterFlags _cluster = new();
    private readonly Option<bool> _json = new("--json") { Description = "A JSON object a line and run." };

    public RunsVerb()
        : base("runs", "List the runs of a cluster, the newest first.") => AddFlags("Cluster", [.. _cluster.All, _json]);

    public override IReadOnlyList<Example> Examples => [new("runs --cluster silo.example:30000", "state, how far, priority, directory")];

    public override async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellationToken)
    {
        await using var client = await _cluster.OpenAsync(parsed, cancellationToken);
        var runs = await client.ListAsync(cancellationToken);
        if (runs.IsEmpty)
            terminal.Say("no runs were submitted");
        foreach (var run in runs)
        {
            if (parsed.GetValue(_json))
                terminal.Output.WriteJsonLine(new { run.Directory, run.State, run.DoneCount, run.TotalCount, run.PerSecond, run.UnscorableRowCount, run.Priority, run.SubmittedAt, Failure = run.Failure?.Message });
            else
                terminal.Output.WriteLine($"{(run is { Priority: 0, HasEnded: false } ? "paused" : SpecName.Of(run.State)),-10} {Coverage(run),7}  priority {run.Priority,3}  {run.SubmittedAt.ToLocalTime():yyyy-MM-dd HH:mm}  {run.Directory}{(run.Failure is { } failure ? $"\n{"",11}{failure.Message}" : "")}");
        }

        return 0;
    }

    private static string Coverage(RunStatus run) => run.TotalCount == 0 ? "" : $"{(double)run.DoneCount / run.TotalCount:P1}";
}
