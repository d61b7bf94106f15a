using System.Net;
using System.Net.Http.Headers;

namespace MirroredInfluence.Storage;

/// <summary>
/// Objects of a web server, read only: names below an address, each asked for with the address's query, as pre-signed addresses of any cloud want
/// it. Asks with GET alone, since a signature may be for that. The server must answer ranges.
/// </summary>
internal sealed class HttpObjectStore(ObjectUri uri, RetrySchedule schedule, TimeProvider time, ObjectCache cache) : IObjectStore
{
    private static readonly HttpClient Client = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
    {
        Timeout = Timeout.InfiniteTimeSpan,   // AskAsync bounds the whole of an answer, this only its beginning
    };

    private readonly RemoteCalls _calls = new(schedule, time, Advise);

    public string UriOf(string key) => uri.Of(ObjectKey.Checked(key));

    public Task<byte[]?> GetAsync(string key, CancellationToken cancellationToken) => AskAsync(key, null, async (answer, cancel) =>
    {
        if (answer.StatusCode == HttpStatusCode.NotFound)
            return null;
        answer.EnsureSuccessStatusCode();
        var content = await answer.Content.ReadAsByteArrayAsync(cancel).ConfigureAwait(false);
        StorageTelemetry.Received(content.Length);
        return content;
    }, cancellationToken);

    public Task<string?> GetFileAsync(string key, CancellationToken cancellationToken) => ObjectCopies.TryGetAsync(this, key, cache, cancellationToken);

    public Task<ObjectVersion?> TryGetVersionAsync(string key, CancellationToken cancellationToken) =>
        AskAsync(key, new RangeHeaderValue(0, 0), (answer, _) => Task.FromResult(VersionOf(key, answer)), cancellationToken);

    public Task ReadAsync(string key, ObjectVersion version, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        ObjectRange.ThrowIfOutside(version, offset, destination.Length);
        if (destination.Length == 0)
            return Task.CompletedTask;
        return AskAsync(key, new RangeHeaderValue(offset, offset + destination.Length - 1), async (answer, cancel) =>
        {
            if (VersionOf(key, answer) != version)
                throw ObjectRange.Changed(UriOf(key));
            using var body = await answer.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
            await body.ReadExactlyAsync(destination, cancel).ConfigureAwait(false);
            StorageTelemetry.Received(destination.Length);
            return true;
        }, cancellationToken);
    }

    public Task<bool> PutIfAbsentAsync(string key, Action<Stream> write, CancellationToken cancellationToken) => throw ReadOnly(key);

    public Task PutAsync(string key, Action<Stream> write, CancellationToken cancellationToken) => throw ReadOnly(key);

    public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellationToken) =>
        throw Failure.Invalid($"{uri}: a web server does not list what it holds. Name its objects one by one, or use az://account/container/path or a folder.");

    private static string? Advise(RemoteAnswer answer) => answer.Status switch
    {
        401 or 403 => "The address needs a signature that is in date and for GET.",
        _ => null,
    };

    private MirroredException ReadOnly(string key) =>
        Failure.Invalid($"{UriOf(key)}: a web server is only read. Write to a folder, az://account/container/path or https://account.blob.core.windows.net/container/path.");

    /// <returns>Null when there is no such object.</returns>
    private ObjectVersion? VersionOf(string key, HttpResponseMessage answer)
    {
        if (answer.StatusCode == HttpStatusCode.NotFound)
            return null;
        var isEmpty = answer is { StatusCode: HttpStatusCode.RequestedRangeNotSatisfiable } or { IsSuccessStatusCode: true, Content.Headers.ContentLength: 0 };   // a byte was asked for
        if (answer.StatusCode == HttpStatusCode.OK && !isEmpty)
            throw Failure.Invalid($"{UriOf(key)}: the server answers with the whole object instead of a range of it. Copy the object to a server with ranges, or to a disk.");
        if (!isEmpty)
            answer.EnsureSuccessStatusCode();
        if ((isEmpty ? 0 : answer.Content.Headers.ContentRange?.Length) is not { } length)
            throw Failure.Invalid($"{UriOf(key)}: the server does not say how long the object is; expected Content-Range: bytes 0-0/<length>.");
        return new ObjectVersion(length, answer.Headers.ETag?.ToString() ?? answer.Content.Headers.LastModified?.ToString("R") ?? "");
    }

    private Task<T> AskAsync<T>(string key, RangeHeaderValue? range, Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        var address = new UriBuilder(uri.Address!);
        address.Path = $"{address.Path.TrimEnd('/')}/{string.Join('/', ObjectKey.Checked(key).Split('/').Select(Uri.EscapeDataString))}";
        return _calls.AskAsync(UriOf(key), async () =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address.Uri);
            request.Headers.Range = range;
            using var limit = new CancellationTokenSource(schedule.TryTimeout, time);
            using var cancel = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            using var answer = await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel.Token).ConfigureAwait(false);
            return await read(answer, cancel.Token).ConfigureAwait(false);
        }, cancellationToken);
    }
}
