namespace MirroredInfluence.Storage.Tests;

/// <summary>A folder that takes its time, as if it were far away, and counts what is read of it.</summary>
internal sealed class CountingStore(string folder) : IObjectStore
{
    private readonly LocalObjectStore _store = new(folder);
    private long _readBytes;

    public long ReadBytes => Interlocked.Read(ref _readBytes);

    public string UriOf(string key) => $"far://{key}";

    public Task<byte[]?> GetAsync(string key, CancellationToken cancellationToken) => _store.GetAsync(key, cancellationToken);

    public Task<string?> GetFileAsync(string key, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<ObjectVersion?> TryGetVersionAsync(string key, CancellationToken cancellationToken) => _store.TryGetVersionAsync(key, cancellationToken);

    public async Task ReadAsync(string key, ObjectVersion version, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        await Task.Delay(5, cancellationToken);
        Interlocked.Add(ref _readBytes, destination.Length);
        await _store.ReadAsync(key, version, offset, destination, cancellationToken);
    }

    public Task<bool> PutIfAbsentAsync(string key, Action<Stream> write, CancellationToken cancellationToken) => _store.PutIfAbsentAsync(key, write, cancellationToken);

    public Task PutAsync(string key, Action<Stream> write, CancellationToken cancellationToken) => _store.PutAsync(key, write, cancellationToken);

    public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellationToken) => _store.ListAsync(prefix, cancellationToken);
}
