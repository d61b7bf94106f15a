namespace MirroredInfluence.Storage;

/// <summary>
/// Named, immutable objects: as little as a run directory needs, so that a folder and a blob container serve alike. Keys are relative names with '/'
/// between their parts. An object is visible whole or not at all. Failures to reach the store are <see cref="FailureKind.Unavailable"/>.
/// </summary>
public interface IObjectStore
{
    /// <summary>What messages call an object: its path or address.</summary>
    string UriOf(string key);

    /// <summary>The whole object, or null when there is none. For small objects.</summary>
    Task<byte[]?> GetAsync(string key, CancellationToken cancellationToken);

    /// <summary>Path of a local file that holds the object, its own or a copy, or null when there is no such object. For objects that are mapped.</summary>
    Task<string?> GetFileAsync(string key, CancellationToken cancellationToken);

    /// <summary>The content an object has now, or null when there is no such object.</summary>
    Task<ObjectVersion?> TryGetVersionAsync(string key, CancellationToken cancellationToken);

    /// <summary>Fills a buffer with bytes of one content of an object.</summary>
    /// <param name="version">As found by <see cref="TryGetVersionAsync"/>; the range lies within its length.</param>
    /// <exception cref="MirroredException">Data: the object has another content by now, or is gone.</exception>
    Task ReadAsync(string key, ObjectVersion version, long offset, Memory<byte> destination, CancellationToken cancellationToken);

    /// <summary>Writes an object unless there is one of that name: the only commit of a run.</summary>
    /// <returns>False when the object was already there; it is left as it is.</returns>
    Task<bool> PutIfAbsentAsync(string key, Action<Stream> write, CancellationToken cancellationToken);

    /// <summary>Writes an object, or replaces it whole.</summary>
    Task PutAsync(string key, Action<Stream> write, CancellationToken cancellationToken);

    /// <summary>As <see cref="PutAsync"/>, for what is worth nothing after the machine's end: no disk is waited for.</summary>
    Task PutTransientAsync(string key, Action<Stream> write, CancellationToken cancellationToken) => PutAsync(key, write, cancellationToken);

    /// <summary>Keys that begin with a prefix, in no order. An object put meanwhile may or may not be among them.</summary>
    IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellationToken);
}
