namespace MirroredInfluence.Storage;

/// <summary>Whole remote objects as local files, for what is mapped: a machine reads an object once, whichever of its processes want it.</summary>
internal static class ObjectCopies
{
    private const int PieceBytes = 8 << 20, PiecesAtOnce = 4;

    /// <returns>The copy's path, or null when there is no such object.</returns>
    public static async Task<string?> TryGetAsync(IObjectStore store, string key, ObjectCache cache, CancellationToken cancellationToken) =>
        (await TryGetNamedAsync(store, key, cache, cancellationToken).ConfigureAwait(false))?.Path;

    /// <summary>Name of the copy of an object in one version.</summary>
    public static string NameOf(IObjectStore store, string key, ObjectVersion version) => ObjectCache.NameOf(store.UriOf(key), version, "whole");

    /// <returns>The copy's name and path, or null when there is no such object.</returns>
    public static async Task<(string Name, string Path)?> TryGetNamedAsync(IObjectStore store, string key, ObjectCache cache, CancellationToken cancellationToken)
    {
        if (await store.TryGetVersionAsync(key, cancellationToken).ConfigureAwait(false) is not { } version)
            return null;
        var name = NameOf(store, key, version);
        if (cache.TryFind(name) is { } known)
            return (name, known);
        using var turn = await cache.LockAsync(name, cancellationToken).ConfigureAwait(false);
        return (name, cache.TryFind(name) ?? await Task.Run(() => cache.Add(name, version.Length, Write), cancellationToken).ConfigureAwait(false));

        void Write(Stream file) => CopyAsync(store, key, version, file, cancellationToken).GetAwaiter().GetResult();
    }

    private static async Task CopyAsync(IObjectStore store, string key, ObjectVersion version, Stream destination, CancellationToken cancellationToken)
    {
        var buffers = Enumerable.Range(0, PiecesAtOnce).Select(_ => new byte[Math.Min(PieceBytes, version.Length)]).ToArray();
        for (long offset = 0; offset < version.Length;)
        {
            var pieces = buffers.Select((buffer, index) =>
            {
                var start = Math.Min(version.Length, offset + ((long)index * PieceBytes));
                return (Start: start, Bytes: buffer.AsMemory(0, (int)Math.Min(PieceBytes, version.Length - start)));
            }).ToArray();
            await Task.WhenAll(pieces.Select(piece => store.ReadAsync(key, version, piece.Start, piece.Bytes, cancellationToken))).ConfigureAwait(false);
            foreach (var piece in pieces)
                await destination.WriteAsync(piece.Bytes, cancellationToken).ConfigureAwait(false);
            offset = pieces[^1].Start + pieces[^1].Bytes.Length;
        }
    }
}
