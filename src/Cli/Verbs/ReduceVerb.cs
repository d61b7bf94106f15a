using System.CommandLine;

namespace MirroredInfluence.Cli;

/// <summary>Parts → result, for a run whose workers ended before one of them could make it.</summary>
internal sealed class ReduceVerb : Verb
{
    private readonly Argument<string> _folder = new("DIR") { Description = "The directory of a run whose shards are all scored." };

    private readonly Option<bool> _allowPoisoned = WorkVerb.AllowPoisoned();

    public ReduceVerb()
        : base("reduce", "Merge the parts of a run into its result. The last worker does it by itself; doing it again changes nothing.")
    {
        Add(_folder);
        AddFlags("Run", _allowPoisoned);
    }

    public override IReadOnlyList<Example> Examples => [new("reduce /shared/run", "neither the model nor the training files are needed")];

    public override async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellationToken)
    {
        await FinishedRun.MakeResultsAsync(terminal, parsed.GetValue(_folder)!, spec => spec.Report, _ => Task.FromResult(parsed.GetValue(_allowPoisoned)), cancellationToken);
        return 0;
    }
}
