using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using MirroredInfluence.Engine;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Client.Embedded;

/// <summary>A run from its submission to its end, which is one of <see cref="RunStatus.HasEnded"/>.</summary>
/// <param name="number">How many were submitted before it, and it.</param>
[SuppressMessage("Design", "CA1001", Justification = "The cancellation has neither timer nor link to free, and may be asked for at any time.")]
internal sealed class RunWork(RunSpec spec, RunPlace place, int priority, DateTimeOffset submittedAt, long number) : IProgress<RunProgress>
{
    private readonly CancellationTokenSource _cancellation = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LatestStatus _status = new(new RunStatus
    {
        Directory = place.Name,
        State = RunState.Waiting,
        DoneCount = 0,
        TotalCount = 0,
        PerSecond = 0,
        UnscorableRowCount = 0,
        Priority = priority,
        SubmittedAt = submittedAt,
    });

    public long Number => number;

    public RunStatus Status => _status.Current;

    public Task Ended => _ended.Task;

    public IAsyncEnumerable<RunStatus> WatchAsync(CancellationToken cancellationToken) => _status.WatchAsync(cancellationToken);

    /// <summary>Whoever submits the run now gets this one: it will finish as far as can be said, or has finished and its result is still there.</summary>
    public async Task<bool> CanBeJoinedAsync(CancellationToken cancellationToken) => Status.State switch
    {
        RunState.Failed or RunState.Cancelled => false,
        RunState.Finished => await place.Store.TryGetVersionAsync(RunDirectory.ResultName, cancellationToken) is not null,
        _ => !_cancellation.IsCancellationRequested,
    };

    /// <exception cref="MirroredException">Invalid: the other spec asks for something else.</exception>
    public void RefuseOther(RunSpec other)
    {
        var (kept, found) = (Asked(spec), Asked(other));
        string[] differing = [.. found.Select(section => section.Key).Where(name => !JsonNode.DeepEquals(kept[name], found[name]))];
        if (differing.Length == 0)
            return;
        throw Failure.Invalid(
            $"{place.Name}: found another run, which was submitted with another spec; in it differ: {string.Join(", ", differing)}. "
            + "Choose another directory, or cancel that run first and delete its directory.");
    }

    /// <summary>Runs to the end, and never throws.</summary>
    public async Task RunAsync(RunBody body, Turns turns, TimeProvider time)
    {
        try
        {
            using var turn = await turns.TakeAsync(priority, _cancellation.Token);
            _status.Put(status => status with { State = RunState.Planning });
            var result = await Task.Run(() => body(spec, place, time, this, _cancellation.Token), _cancellation.Token);
            End(status => status with
            {
                State = RunState.Finished,
                DoneCount = result.ExpectedRows,
                TotalCount = result.ExpectedRows,
                UnscorableRowCount = result.Unscorable.Count,
            });
        }
        catch (OperationCanceledException) when (_cancellation.IsCancellationRequested)
        {
            End(status => status with { State = RunState.Cancelled });
        }
        catch (Exception exception)
        {
            End(status => status with { State = RunState.Failed, Failure = CaughtFailure.Of(exception) });
        }
    }

    public void Report(RunProgress value) => _status.Put(status => status with
    {
        State = StateOf(value.Phase),
        DoneCount = value.DoneCount,
        TotalCount = value.TotalCount,
        PerSecond = value.PerSecond,
        UnscorableRowCount = Math.Max(status.UnscorableRowCount, value.UnscorableRowCount),   // reducing counts none
    });

    public async Task<InfluenceResult> ResultAsync(CancellationToken cancellationToken)
    {
        await Ended.WaitAsync(cancellationToken);
        if (Status is { Failure: { } failure })
            throw new MirroredException(failure.Kind, failure.Message, failure);
        if (Status.State == RunState.Cancelled)
            throw Failure.Invalid($"{place.Name}: the run was cancelled. Submit it again: it goes on from what is computed.");

        var source = place.Uri.Of(RunDirectory.ResultName);
        var json = await place.Store.GetAsync(RunDirectory.ResultName, cancellationToken)
            ?? throw Failure.Unavailable($"{source}: has gone since the run finished. Submit the run again: it is made again.");
        return InfluenceResult.Parse(json, source);
    }

    /// <summary>Ends when the run has.</summary>
    public async Task CancelAsync()
    {
        await _cancellation.CancelAsync();
        await Ended;
    }

    /// <summary>All of a spec but how it is computed and shown.</summary>
    private static JsonObject Asked(RunSpec spec) => JsonNode.Parse(RunSpecWriter.Write(spec with { Compute = new ComputeSpec(), Report = new ReportSpec() }))!.AsObject();

    private static RunState StateOf(RunPhase phase) => phase switch
    {
        RunPhase.Planning => RunState.Planning,
        RunPhase.Ascending => RunState.Ascending,
        RunPhase.Scoring => RunState.Scoring,
        _ => RunState.Reducing,
    };

    private void End(Func<RunStatus, RunStatus> end)
    {
        _status.Put(status => end(status) with { PerSecond = 0 });
        _ended.SetResult();
    }
}
