using System.Collections.Immutable;

namespace MirroredInfluence.Client;

/// <summary>
/// Submits runs and follows them: on a cluster (<c>MirroredClient.ConnectAsync</c>), or in this process (<c>EmbeddedClient</c>), so that a program is tested without a
/// cluster. Safe for concurrent use.
/// </summary>
public interface IMirroredClient : IAsyncDisposable
{
    /// <summary>Begins a run, or joins the one that its directory holds.</summary>
    /// <exception cref="MirroredException">Invalid: a directory that is none. Unavailable: no cluster answers. What else is wrong with a spec shows when the run is watched.</exception>
    Task<IRun> SubmitAsync(RunSpec spec, RunOptions options, CancellationToken cancellationToken = default);

    /// <summary>The run of a directory, whoever submitted it.</summary>
    /// <param name="directory">As in <see cref="RunOptions.Directory"/>.</param>
    IRun Run(string directory);

    /// <summary>Every run that was submitted and not forgotten, the newest first.</summary>
    Task<ImmutableArray<RunStatus>> ListAsync(CancellationToken cancellationToken = default);
}
