using System.CommandLine;
using MirroredInfluence.Client;

namespace MirroredInfluence.Cli;

/// <summary>Gives a run to a cluster.</summary>
internal sealed class SubmitVerb : Verb
{
    private readonly SpecOptions _spec = new();

    private readonly Option<string> _out = new("--out") { HelpName = "DIR", Required = true, Description = "The run directory, which names the run: a store or folder that all silos reach." };
    private readonly ClusterFlags _cluster = new();
    private readonly Option<int?> _priority = new("--priority") { HelpName = "NUMBER", Description = "0 to 100: a run of 20 gets twice the lane time of one of 10; one of 0 waits. Submitted again with it, a run takes the new one. [10]" };
    private readonly Option<bool> _allowPoisoned = WorkVerb.AllowPoisoned();
    private readonly Option<bool> _watch = new("--watch") { Description = "Show the run until it has ended. Ctrl-C leaves it going." };
    private readonly Option<bool> _json = new("--json") { Description = "With --watch, a JSON object a line: progress, then a summary. For programs." };

    public SubmitVerb()
        : base("submit", "Give a run to a cluster. The same run again goes on with it.")
    {
        Add(_spec.SpecFile);
        AddFlags("Cluster", [.. _cluster.All, _out, _priority, _allowPoisoned, _watch, _json]);
        AddFlags(_spec.Groups);
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("submit spec.json --out az://account/runs/first --cluster silo.example:30000", "and go home"),
        new("submit spec.json --out az://account/runs/first --watch", "the cluster of MIRRORED_CLUSTER; stay and look"),
    ];

    public override string WhenStopped => "the cluster goes on with the run; `mirrored watch` shows it, `mirrored cancel` ends it.";

    public override async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellationToken)
    {
        var spec = _spec.Read(parsed);
        var options = new RunOptions
        {
            Directory = parsed.GetValue(_out)!,
            Priority = ReadPriority(parsed.GetValue(_priority)),
            AllowPoisoned = parsed.GetValue(_allowPoisoned),
        };
        await using var client = await _cluster.OpenAsync(parsed, cancellationToken);
        var run = await client.SubmitAsync(spec, options, cancellationToken);
        if (parsed.GetValue(_watch))
            await RunWatch.ToEndAsync(run, terminal, parsed.GetValue(_json), cancellationToken);
        else
            terminal.Say($"submitted{((await run.StatusAsync(cancellationToken)).Priority == 0 ? ", with priority 0: it waits until it is submitted with another" : "")}; look at it with: mirrored watch {run.Directory}");
        return 0;
    }

    private static int? ReadPriority(int? priority) => priority is null or (>= 0 and <= 100)
        ? priority
        : throw Failure.Invalid($"--priority: found {priority}; expected 0 to 100.");
}
