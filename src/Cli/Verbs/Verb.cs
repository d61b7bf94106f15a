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
        _groups.Add(new FlagGroup(title, [.. flags]));
        foreach (var flag in _groups[^1].Flags)
            Add(flag);
    }
}
