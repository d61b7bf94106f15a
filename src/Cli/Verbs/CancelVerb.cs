using System.CommandLine;

namespace MirroredInfluence.Cli;

/// <summary>Ends a cluster's run.</summary>
internal sealed class CancelVerb : Verb
{
    private readonly Argument<string> _directory = new("DIR") { Description = "The run directory, as it was submitted." };
    private readonly ClusterFlags _cluster = new();

    public CancelVerb()
        : base("cancel", "End a run of a cluster. What is computed is kept: submitted again, it goes on.")
    {
        Add(_directory);
        AddFlags("Cluster", _cluster.All);
    }

    public override IReadOnlyList<Example> Examples => [new("cancel az://account/runs/first --cluster silo.example:30000", "returns when its lanes are free")];

    public override async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellationToken)
    {
        await using var client = await _cluster.OpenAsync(parsed, cancellationToken);
        var run = client.Run(parsed.GetValue(_directory)!);
        await run.CancelAsync(cancellationToken);
        terminal.Say($"{run.Directory}: {SpecName.Of((await run.StatusAsync(cancellationToken)).State)}");
        return 0;
    }
}
