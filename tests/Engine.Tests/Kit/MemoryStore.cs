using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Engine.Tests;

/// <summary>Objects in memory, behind a network that takes its time: what is put is there after half of it, what is read was there at half of it.</summary>
internal sealed class MemoryStore(TimeSpan roundTrip) : IObjectStore
{
    private readonly ConcurrentDictionary<string, byte[]> _objects = [];
    private readonly ConcurrentDictionary<string, int> _putCounts = [];

    /// <summary>Attempts to put an object.</summary>
    public IReadOnlyDictionary<string, int> PutCounts => _putCounts;

    public string UriOf(string key) => $"memory:{key}";

    public Task<byte[]?> GetAsync(string key, CancellationToken cancellationToken) => AskAsync(() => _objects.GetValueOrDefault(key), cancellationToken);

    public Task<string?> GetFileAsync(string key, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<ObjectVersion?> TryGetVersionAsync(string key, CancellationToken cancellationToken) =>
        AskAsync(() => _objects.TryGetValue(key, out var bytes) ? new ObjectVersion(bytes.Length, "") : (ObjectVersion?)null, cancellationToken);

    public Task ReadAsync(string key, ObjectVersion version, long offset, Memory<byte> destination, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<bool> PutIfAbsentAsync(string key, Action<Stream> write, CancellationToken cancellationToken) => AskAsync(() =>
    {
        _putCounts.AddOrUpdate(key, 1, (_, count) => count + 1);
        return _objects.TryAdd(key, Written(write));
    }, cancellationToken);

    public Task PutAsync(string key, Action<Stream> write, CancellationToken cancellationToken) => AskAsync(() => _objects[key] = Written(write), cancellationToken);

    public async IAsyncEnumerable<string> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var key in await AskAsync(() => _objects.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)).ToArray(), cancellationToken))
            yield return key;
    }

    private static byte[] Written(Action<Stream> write)
    {
        using var stream = new MemoryStream();
        write(stream);
        return stream.ToArray();
    }

    private async Task<T> AskAsync<T>(Func<T> act, CancellationToken cancellationToken)
    {
        await Task.Delay(roundTrip / 2, cancellationToken);
        var answer = act();
        await Task.Delay(roundTrip / 2, cancellationToken);
        return answer;
    }
}
