namespace MirroredInfluence.Storage;

/// <summary>A remote store whose objects, where a file of one is wanted, are taken from others that have it. What a file holds is checked by whoever opens it, wherever it comes from.</summary>
public sealed class PeeredStore(IObjectStore store, ObjectCache cache, IObjectPeers peers) : IObjectStore
{
    public string UriOf(string key) => store.UriOf(key);

    public Task<byte[]?> GetAsync(string key, CancellationToken cancellationToken) => store.GetAsync(key, cancellationToken);

    public async Task<string?> GetFileAsync(string key, CancellationToken cancellationToken)
    {
        if (await ObjectCopies.TryGetNamedAsync(this, key, cache, cancellationToken).ConfigureAwait(false) is not var (name, path))
            return null;
        await peers.CopiedAsync(name, path).ConfigureAwait(false);
        return path;
    }

    public Task<ObjectVersion?> TryGetVersionAsync(string key, CancellationToken cancellationToken) => store.TryGetVersionAsync(key, cancellationToken);

    public async Task ReadAsync(string key, ObjectVersion version, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        if (!await peers.TryReadAsync(ObjectCopies.NameOf(this, key, version), offset, destination, cancellationToken).ConfigureAwait(false))
            await store.ReadAsync(key, version, offset, destination, cancellationToken).ConfigureAwait(false);
    }

    public Task<bool> PutIfAbsentAsync(string key, Action<Stream> write, CancellationToken cancellationToken) => store.PutIfAbsentAsync(key, write, cancellationToken);

    public Task PutAsync(string key, Action<Stream> write, CancellationToken cancellationToken) => store.PutAsync(key, write, cancellationToken);

    public Task PutTransientAsync(string key, Action<Stream> write, CancellationToken cancellationToken) => store.PutTransientAsync(key, write, cancellationToken);

    public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellationToken) => store.ListAsync(prefix, cancellationToken);
}
