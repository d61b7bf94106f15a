using System.CommandLine;

namespace MirroredInfluence.Cli;

/// <summary>A verb of the command line: its flags by group, examples for its help, and what it does.</summary>
internal abstract class Verb(string name, string summary) : Command(name, summary)
{
    private readonly List<FlagGroup> _groups = [];

    public IReadOnlyList<FlagGroup> Groups => _groups;

    /// <summary>Command lines with a word on each, most usual first.</summary>
    public abstract IReadOnlyList<Example> Examples { get; }

    /// <summary>What Ctrl-C leaves behind, as the end of "stopped: …".</summary>
    public virtual string WhenStopped => "nothing was changed.";

    /// <returns>The exit code.</returns>
    public abstract Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellationToken);

    protected void AddFlags(string title, params IEnumerable<Option> flags)
    {
        AddFlags([new FlagGroup(title, [.. flags])]);
    }

    protected void AddFlags(IEnumerable<FlagGroup> groups)
    {
        foreach (var group in groups)
        {
            _groups.Add(group);
            foreach (var flag in group.Flags)
                Add(flag);
        }
    }
}
