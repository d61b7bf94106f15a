using System.Diagnostics.CodeAnalysis;
using MirroredInfluence.Engine;
using MirroredInfluence.Report;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Client.Embedded;

/// <summary>A run from its submission to its end, which is one of <see cref="RunStatus.HasEnded"/>.</summary>
/// <param name="number">How many were submitted before it, and it.</param>
[SuppressMessage("Design", "CA1001", Justification = "Neither has a timer, a link or a handle to free, and both may be used at any time.")]
internal sealed class RunWork(RunSpec spec, RunPlace place, int priority, DateTimeOffset submittedAt, long number, TimeProvider time) : IProgress<RunProgress>
{
    private readonly Lock _access = new();
    private readonly CancellationTokenSource _cancellation = new();
    private readonly SemaphoreSlim _asking = new(1);
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

    private ResultSoFar? _soFar;
    private int _priority = priority;
    private CancellationTokenSource? _interruption;     // of the turn that it has or waits for
    private bool _hasTurn;

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
    public void RefuseOther(RunSpec other) => OtherSpec.Refuse(place.Name, spec, other);

    /// <summary>Runs to the end, and never throws.</summary>
    public async Task RunAsync(RunBody body, Turns turns)
    {
        try
        {
            RunResult? result;
            do
                result = await TryAsync(body, turns);
            while (result is null);
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

    /// <summary>Changes whose turn is next. A run of priority 0 stops, keeps what is finished, and goes on when it is raised.</summary>
    public void SetPriority(int priority)
    {
        lock (_access)
        {
            _priority = priority;
            _status.Put(status => status with { Priority = priority });
            if (priority == 0 || !_hasTurn)
                _interruption?.Cancel();
        }
    }

    public void Report(RunProgress value) => _status.Put(status => status with
    {
        State = value.State,
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

    public async Task<InfluenceResult?> ResultSoFarAsync(CancellationToken cancellationToken)
    {
        if (Status.State == RunState.Finished)
            return await ResultAsync(cancellationToken);
        await _asking.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(ReadAsync, cancellationToken);
        }
        finally
        {
            _asking.Release();
        }

        async Task<InfluenceResult?> ReadAsync()
        {
            using var data = new DataFiles(place.Cache, time, cancellationToken);
            _soFar ??= await ResultSoFar.TryOpenAsync(place.Store, data, cancellationToken);
            return _soFar is not null && await _soFar.ReduceAsync(cancellationToken) is { } result ? InfluenceResult.Parse(ResultWriter.ToJson(result), place.Name) : null;
        }
    }

    /// <summary>Ends when the run has.</summary>
    public async Task CancelAsync()
    {
        await _cancellation.CancelAsync();
        await Ended;
    }

    /// <returns>Null when its priority was changed meanwhile: then it begins again, or waits.</returns>
    private async Task<RunResult?> TryAsync(RunBody body, Turns turns)
    {
        using var interruption = CancellationTokenSource.CreateLinkedTokenSource(_cancellation.Token);
        int current;
        lock (_access)
            (_interruption, current) = (interruption, _priority);
        try
        {
            if (current == 0)
                await Task.Delay(Timeout.InfiniteTimeSpan, time, interruption.Token);
            using var turn = await turns.TakeAsync(current, interruption.Token);
            lock (_access)
                _hasTurn = true;
            interruption.Token.ThrowIfCancellationRequested();
            _status.Put(status => status with { State = RunState.Planning });
            return await Task.Run(() => body(spec, place, time, this, interruption.Token), interruption.Token);
        }
        catch (OperationCanceledException) when (interruption.IsCancellationRequested && !_cancellation.IsCancellationRequested)
        {
            _status.Put(status => status with { State = RunState.Waiting, PerSecond = 0 });
            return null;
        }
        finally
        {
            lock (_access)
                (_interruption, _hasTurn) = (null, false);
        }
    }

    private void End(Func<RunStatus, RunStatus> end)
    {
        _status.Put(status => end(status) with { PerSecond = 0 });
        _ended.SetResult();
    }
}
