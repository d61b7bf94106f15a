using System.Collections.Concurrent;
using System.Collections.Immutable;
using MirroredInfluence.Arrow;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Engine;

/// <summary>
/// The files of a run, wherever they are: local ones are mapped as they are, remote ones are read by ranges, each in the version that was found first.
/// Keeps the signatures that addresses were written with, which no run records. Safe for concurrent use.
/// </summary>
/// <param name="cache">Keeps what was read of remote files.</param>
/// <param name="cancellationToken">Ends all waiting for remote files.</param>
public sealed class DataFiles(ObjectCache cache, TimeProvider time, CancellationToken cancellationToken) : IDisposable
{
    private const int DownloadsMax = 16;

    private readonly SemaphoreSlim _downloads = new(DownloadsMax);
    private readonly ConcurrentDictionary<string, ObjectUri> _signed = new(StringComparer.Ordinal);           // by text
    private readonly ConcurrentDictionary<Uri, IObjectStore> _stores = [];                                     // by address
    private readonly ConcurrentDictionary<string, ObjectVersion> _versions = new(StringComparer.Ordinal);     // by text

    /// <summary>Files that can be asked for at the same time.</summary>
    public static int OpenedAtOnce => DownloadsMax;

    /// <summary>Paths, addresses and patterns → files: patterns as listed, ordinally within a pattern.</summary>
    /// <returns>Absolute paths, and addresses without their queries.</returns>
    /// <param name="field">The spec's field, for messages.</param>
    public ImmutableArray<string> Expand(ImmutableArray<string> patterns, string field)
    {
        var files = ImmutableArray.CreateBuilder<string>();
        var patternOfFile = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pattern in patterns)
        {
            foreach (var file in FileUri.IsRemote(pattern) ? Match(pattern, field) : FilePatterns.Match(pattern, field))
            {
                if (!patternOfFile.TryAdd(file, pattern))
                {
                    var (first, again) = (ObjectUri.HideQueries(patternOfFile[file]), ObjectUri.HideQueries(pattern));
                    throw Failure.Invalid(
                        $"{field}: '{file}' is {(first == again ? "named twice" : $"matched by '{first}' and again by '{again}'")}; its rows would count twice. Keep one of the two.");
                }

                files.Add(file);
            }
        }

        return files.ToImmutable();
    }

    /// <exception cref="MirroredException">As <see cref="ArrowFile.Open(string)"/>; Unavailable: its store does not answer.</exception>
    public ArrowFile Open(string uri)
    {
        if (!FileUri.IsRemote(uri))
            return ArrowFile.Open(uri);
        var (store, key) = Find(uri);
        return ArrowFile.Open(new RemoteFile(store, key, RemoteVersionOf(uri), cache, _downloads, cancellationToken));
    }

    /// <summary>A local file with the whole content: itself, or a copy.</summary>
    public string GetLocal(string uri)
    {
        if (!FileUri.IsRemote(uri))
            return uri;
        var (store, key) = Find(uri);
        return store.GetFileAsync(key, cancellationToken).GetAwaiter().GetResult() ?? throw NotFound(uri);
    }

    public long LengthOf(string uri) => FileUri.IsRemote(uri) ? RemoteVersionOf(uri).Length : new FileInfo(uri).Length;

    /// <summary>Tells a remote file's content from any other; null for a local file.</summary>
    public string? VersionOf(string uri)
    {
        if (!FileUri.IsRemote(uri))
            return null;
        var version = RemoteVersionOf(uri);
        return version.Tag.Length > 0
            ? $"{WithoutQuery(uri)}\n{version.Tag}\n{version.Length}"
            : throw Failure.Invalid($"{WithoutQuery(uri)}: the server gives it no version; expected an ETag or Last-Modified header. Copy it to another server, or to a disk.");
    }

    public void Dispose() => _downloads.Dispose();

    /// <summary>What a run records of a path or an address.</summary>
    internal static string WithoutQuery(string uri) => FileUri.IsRemote(uri) ? ObjectUri.Parse(uri).Text : uri;

    private ObjectVersion RemoteVersionOf(string uri)
    {
        var text = WithoutQuery(uri);
        if (_versions.TryGetValue(text, out var known))
            return known;
        var (store, key) = Find(uri);
        var found = store.TryGetVersionAsync(key, cancellationToken).GetAwaiter().GetResult() ?? throw NotFound(text);
        return _versions.GetOrAdd(text, found);
    }

    private (IObjectStore Store, string Key) Find(string uri)
    {
        var address = ObjectUri.Parse(uri);
        var (place, key) = (_signed.GetValueOrDefault(address.Text) ?? address).Split();
        return (StoreOf(place), key);
    }

    private IObjectStore StoreOf(ObjectUri place) => _stores.GetOrAdd(place.Address!, _ => ObjectStores.Open(place, cache, time));

    private SortedSet<string> Match(string pattern, string field)
    {
        var address = ObjectUri.Parse(pattern);
        var (place, key) = address.Split();
        if (!key.Contains('*', StringComparison.Ordinal))
            return new SortedSet<string> { Known(address) };

        var matches = FilePatterns.OfKeys(key);
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var name in StoreOf(place).ListAsync(key[..key.IndexOf('*', StringComparison.Ordinal)], cancellationToken).ToBlockingEnumerable(cancellationToken))
        {
            if (matches.IsMatch(name))
                found.Add(Known(place.At(name)));
        }

        return found.Count > 0 ? found : throw Failure.Invalid($"{field}: no object matches '{address.Text}'.");
    }

    private string Known(ObjectUri address)
    {
        if (address.HasQuery)
            _signed[address.Text] = address;
        return address.Text;
    }

    private static MirroredException NotFound(string uri) => Failure.Invalid($"{WithoutQuery(uri)}: there is no such object.");
}
