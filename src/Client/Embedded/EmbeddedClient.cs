using System.Collections.Concurrent;
using System.Collections.Immutable;
using MirroredInfluence.Engine;
using MirroredInfluence.Report;

namespace MirroredInfluence.Client.Embedded;

/// <summary>
/// Computes runs in this process, with the engine of <c>mirrored run</c> and to the same bytes: one after another or as many at once as the options say, and of those that
/// wait the one of the highest priority first. What is finished is in the run directories, which outlive the client. <see cref="RunOptions.AllowPoisoned"/> changes nothing:
/// a shard that kills its process kills this one.
/// </summary>
public sealed class EmbeddedClient : IMirroredClient
{
    private readonly RunBody _body;
    private readonly TimeProvider _time;
    private readonly Turns _turns;
    private readonly ConcurrentDictionary<string, RunWork> _works = new(StringComparer.Ordinal);   // by directory
    private long _submittedCount;
    private volatile bool _isDisposed;

    /// <param name="time">The system's by default.</param>
    public EmbeddedClient(EmbeddedOptions? options = null, TimeProvider? time = null)
        : this(ComputeAsync, options, time)
    {
    }

    internal EmbeddedClient(RunBody body, EmbeddedOptions? options = null, TimeProvider? time = null)
    {
        _body = body;
        _time = time ?? TimeProvider.System;
        _turns = new Turns((options ?? new EmbeddedOptions()).RunsAtOnce);
    }

    /// <inheritdoc/>
    /// <remarks>A run that failed or was cancelled goes on. One that is under way or finished is joined, and keeps its options; another spec than its own is refused (Invalid).</remarks>
    public async Task<IRun> SubmitAsync(RunSpec spec, RunOptions options, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var resolved = SpecPaths.Resolve(spec, Environment.CurrentDirectory);
        var place = RunPlace.Open(options.Directory, resolved.Compute, _time);
        var work = new RunWork(resolved, place, options.Priority ?? RunOptions.UsualPriority, _time.GetUtcNow(), Interlocked.Increment(ref _submittedCount), _time);
        var kept = _works.GetOrAdd(place.Name, work);
        while (kept != work && !await kept.CanBeJoinedAsync(cancellationToken))
        {
            await kept.Ended.WaitAsync(cancellationToken);
            kept = _works.TryUpdate(place.Name, work, kept) ? work : _works[place.Name];
        }

        if (kept == work)
            _ = work.RunAsync(_body, _turns);
        else
            kept.RefuseOther(resolved);
        if (_isDisposed)
            await kept.CancelAsync();   // it came too late to be among those that disposing ends
        return new EmbeddedRun(place.Name, this);
    }

    /// <inheritdoc/>
    public IRun Run(string directory) => new EmbeddedRun(RunPlace.NameOf(directory), this);

    /// <inheritdoc/>
    public Task<ImmutableArray<RunStatus>> ListAsync(CancellationToken cancellationToken = default) =>
        Task.FromResult<ImmutableArray<RunStatus>>([.. _works.Values.OrderByDescending(work => work.Number).Select(work => work.Status)]);

    /// <summary>Cancels what is not finished, and waits for its end.</summary>
    public async ValueTask DisposeAsync()
    {
        _isDisposed = true;
        await Task.WhenAll(_works.Values.Select(work => work.CancelAsync()));
    }

    /// <exception cref="MirroredException">Invalid: no such run was submitted.</exception>
    internal RunWork Find(string directory) => _works.TryGetValue(directory, out var work)
        ? work
        : throw Failure.Invalid($"{directory}: no run was submitted to this directory in this process; submit it first: what its directory holds is kept and not computed again.");

    private static async Task<RunResult> ComputeAsync(RunSpec spec, RunPlace place, TimeProvider time, IProgress<RunProgress> progress, CancellationToken cancellationToken)
    {
        var valid = RunSpecReader.Read(RunSpecWriter.Write(spec), "the spec");   // a record can be built with any number in it
        using var data = new DataFiles(place.Cache, time, cancellationToken);
        var (_, result) = await LocalRun.RunAsync(valid, place.Uri, place.Store, data, time, progress, cancellationToken);
        return result;
    }
}
