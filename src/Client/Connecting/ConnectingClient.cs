using System.Collections.Immutable;

namespace MirroredInfluence.Client;

/// <summary>Connects when it is first called, and when that fails, again at the next call: a program starts whether or not its cluster is there.</summary>
internal sealed class ConnectingClient(Func<CancellationToken, Task<IMirroredClient>> connect) : IMirroredClient
{
    private readonly SemaphoreSlim _turn = new(1);
    private IMirroredClient? _client;
    private bool _isDisposed;

    public async Task<IRun> SubmitAsync(RunSpec spec, RunOptions options, CancellationToken cancellationToken = default) =>
        await (await ClientAsync(cancellationToken).ConfigureAwait(false)).SubmitAsync(spec, options, cancellationToken).ConfigureAwait(false);

    public IRun Run(string directory) => new ConnectingRun(directory, this);

    public async Task<ImmutableArray<RunStatus>> ListAsync(CancellationToken cancellationToken = default) =>
        await (await ClientAsync(cancellationToken).ConfigureAwait(false)).ListAsync(cancellationToken).ConfigureAwait(false);

    /// <exception cref="MirroredException">What connecting failed with.</exception>
    public async Task<IMirroredClient> ClientAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _client ??= await connect(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            _isDisposed = true;
            if (_client is not null)
                await _client.DisposeAsync().ConfigureAwait(false);
            _client = null;
        }
        finally
        {
            _turn.Release();
        }
    }
}
