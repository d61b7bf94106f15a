using System.Runtime.CompilerServices;

namespace MirroredInfluence.Client;

/// <summary>A run by its name, through a client that may not be connected yet.</summary>
internal sealed class ConnectingRun(string directory, ConnectingClient client) : IRun
{
    public string Directory => directory;

    public async Task<RunStatus> StatusAsync(CancellationToken cancellationToken = default) =>
        await (await RunAsync(cancellationToken).ConfigureAwait(false)).StatusAsync(cancellationToken).ConfigureAwait(false);

    public async IAsyncEnumerable<RunStatus> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var status in (await RunAsync(cancellationToken).ConfigureAwait(false)).WatchAsync(cancellationToken).ConfigureAwait(false))
            yield return status;
    }

    public async Task<InfluenceResult> ResultAsync(CancellationToken cancellationToken = default) =>
        await (await RunAsync(cancellationToken).ConfigureAwait(false)).ResultAsync(cancellationToken).ConfigureAwait(false);

    public async Task<InfluenceResult?> ResultSoFarAsync(CancellationToken cancellationToken = default) =>
        await (await RunAsync(cancellationToken).ConfigureAwait(false)).ResultSoFarAsync(cancellationToken).ConfigureAwait(false);

    public async Task SetPriorityAsync(int priority, CancellationToken cancellationToken = default) =>
        await (await RunAsync(cancellationToken).ConfigureAwait(false)).SetPriorityAsync(priority, cancellationToken).ConfigureAwait(false);

    public async Task CancelAsync(CancellationToken cancellationToken = default) =>
        await (await RunAsync(cancellationToken).ConfigureAwait(false)).CancelAsync(cancellationToken).ConfigureAwait(false);

    private async Task<IRun> RunAsync(CancellationToken cancellationToken) => (await client.ClientAsync(cancellationToken).ConfigureAwait(false)).Run(directory);
}
