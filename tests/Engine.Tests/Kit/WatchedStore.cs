using MirroredInfluence.Storage;

namespace MirroredInfluence.Engine.Tests;

/// <summary>
/// A store that tells of every object before it is put, so that a test can stop a run or fill the disk at a place of its choice.
/// </summary>
internal sealed class WatchedStore(IObjectStore inner, Action<string> beforePut) : IObjectStore
{
    public string UriOf(string key) => inner.UriOf(key);

    public Task<byte[]?> GetAsync(string key, CancellationToken cancellationToken) => inner.GetAsync(key, cancellationToken);

    public Task<string?> GetFileAsync(string key, CancellationToken cancellationToken) => inner.GetFileAsync(key, cancellationToken);

    public Task<ObjectVersion?> TryGetVersionAsync(string key, CancellationToken cancellationToken) => inner.TryGetVersionAsync(key, cancellationToken);

    public Task ReadAsync(string key, ObjectVersion version, long offset, Memory<byte> destination, CancellationToken cancellationToken) =>
        inner.ReadAsync(key, version, offset, destination, cancellationToken);

    public Task<bool> PutIfAbsentAsync(string key, Action<Stream> write, CancellationToken cancellationToken)
    {
        beforePut(key);
        return inner.PutIfAbsentAsync(key, write, cancellationToken);
    }

    public Task PutAsync(string key, Action<Stream> write, CancellationToken cancellationToken)
    {
        beforePut(key);
        return inner.PutAsync(key, write, cancellationToken);
    }

    public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellationToken) => inner.ListAsync(prefix, cancellationToken);
}
