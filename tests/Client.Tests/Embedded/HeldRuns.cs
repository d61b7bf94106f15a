using System.Collections.Concurrent;
using MirroredInfluence.Client.Embedded;
using MirroredInfluence.Engine;
using MirroredInfluence.Report;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Client.Tests;

/// <summary>A body of runs that computes nothing: each begins, and ends when the test says.</summary>
internal sealed class HeldRuns
{
    private readonly ConcurrentDictionary<string, HeldRun> _runs = new();   // by last name of the directory
    private readonly ConcurrentQueue<string> _begun = new();

    /// <summary>Last names of directories, in the order in which their runs began.</summary>
    public IReadOnlyList<string> Begun => [.. _begun];

    public HeldRun this[string name] => _runs.GetOrAdd(name, _ => new HeldRun());

    public async Task<RunResult> RunAsync(RunSpec spec, RunPlace place, TimeProvider time, IProgress<RunProgress> progress, CancellationToken cancellationToken)
    {
        _begun.Enqueue(place.Uri.Name);
        var run = this[place.Uri.Name];
        run.Begin(progress);
        if (await run.End.Task.WaitAsync(cancellationToken) is { } failure)
            throw failure;
        var result = new RunResult
        {
            Run = "0123456789abcdef",
            Estimator = "forward-inf",
            Rank = RankOrder.Proponents,
            Queries = [],
            ExpectedRows = 3,
            ScoredRows = 3,
            Unscorable = new UnscorableRows(),
        };
        await place.Store.PutAsync(RunDirectory.ManifestName, stream => stream.Write("{}"u8), cancellationToken);
        await place.Store.PutAsync(RunDirectory.ResultName, stream => ResultWriter.WriteJson(stream, result), cancellationToken);
        return result;
    }
}

internal sealed class HeldRun
{
    private readonly TaskCompletionSource<IProgress<RunProgress>> _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How it ends: with this failure, or null.</summary>
    public TaskCompletionSource<Exception?> End { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Where it reports to, once it has begun.</summary>
    public Task<IProgress<RunProgress>> Begun => _begun.Task;

    public void Begin(IProgress<RunProgress> progress) => _begun.TrySetResult(progress);
}
