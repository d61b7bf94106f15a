namespace MirroredInfluence.Client;

/// <summary>A run that was submitted. Its directory is its name: nothing but it is needed to come back to a run later, from another program.</summary>
public interface IRun
{
    string Directory { get; }

    /// <exception cref="MirroredException">Invalid: no such run was submitted.</exception>
    Task<RunStatus> StatusAsync(CancellationToken cancellationToken = default);

    /// <summary>Each status that is news, until the run has ended; the last one says how. A consumer that is slower than the run gets the newest.</summary>
    /// <exception cref="MirroredException">Invalid: no such run was submitted.</exception>
    IAsyncEnumerable<RunStatus> WatchAsync(CancellationToken cancellationToken = default);

    /// <summary>Waits for the end of the run.</summary>
    /// <exception cref="MirroredException">What the run failed with, of the same kind; Invalid: it was cancelled, or no such run was submitted.</exception>
    Task<InfluenceResult> ResultAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// The result as if there were no other training rows than are scored by now, to watch it grow; null before the first shard is scored. Of a finished run, its result.
    /// Each shard's part is read once, however often it is asked for.
    /// </summary>
    /// <exception cref="MirroredException">Invalid: no such run was submitted. Data: a file of the run cannot be read.</exception>
    Task<InfluenceResult?> ResultSoFarAsync(CancellationToken cancellationToken = default);

    /// <summary>Changes the run's share of lane time from now on; 0 pauses it until it is raised again. Does nothing to a run that has ended.</summary>
    /// <param name="priority">0 to 100.</param>
    Task SetPriorityAsync(int priority, CancellationToken cancellationToken = default);

    /// <summary>Ends the run. What is computed is kept: submitted again, it goes on. Does nothing to a run that has ended.</summary>
    Task CancelAsync(CancellationToken cancellationToken = default);
}
