using System.CommandLine;

namespace MirroredInfluence.Cli;

/// <summary>Shows a cluster's run until it has ended.</summary>
internal sealed class WatchVerb : Verb
{
    private readonly Argument<string> _directory = new("DIR") { Description = "The run directory, as it was submitted." };
    private readonly ClusterFlags _cluster = new();
    private readonly Option<bool> _json = new("--json") { Description = "A JSON object a line: progress, then a summary. For programs." };

    public WatchVerb()
        : base("watch", "Show a run of a cluster until it has ended.")
    {
        Add(_directory);
        AddFlags("Cluster", [.. _cluster.All, _json]);
    }

    public override IReadOnlyList<Example> Examples => [new("watch az://account/runs/first --cluster silo.example:30000", "exit code 0 when it is finished, the failure's otherwise")];

    public override string WhenStopped => "the cluster goes on with the run.";

    public override async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellationToken)
    {
        await using var client = await _cluster.OpenAsync(parsed, cancellationToken);
        await RunWatch.ToEndAsync(client.Run(parsed.GetValue(_directory)!), terminal, parsed.GetValue(_json), cancellationToken);
        return 0;
    }
}
