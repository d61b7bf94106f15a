using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;

namespace MirroredInfluence.Storage.Tests;

/// <summary>
/// A bucket in memory that answers as the S3 API reference documents it, path style: objects with metadata, ranges, If-Match, conditional writes, uploads of
/// several parts, lists of pages. It looks at no signature.
/// </summary>
internal sealed class BucketServer : IDisposable
{
    public const string Bucket = "rows";

    private const int PageKeys = 3;

    private readonly LoopbackServer _server;
    private readonly ConcurrentDictionary<string, StoredObject> _objects = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Upload> _uploads = [];

    public BucketServer() => _server = LoopbackServer.Start(request => Task.FromResult<LoopbackAnswer?>(Answer(request)));

    public Uri Address => _server.Address;

    public void Dispose() => _server.Dispose();

    private static LoopbackAnswer Xml(int status, XElement root) => new(status)
    {
        Headers = new Dictionary<string, string> { ["Content-Type"] = "application/xml" },
        Body = Encoding.UTF8.GetBytes(root.ToString()),
    };

    private static LoopbackAnswer Error(int status, string code) => Xml(status, new XElement("Error", new XElement("Code", code), new XElement("Message", "x")));

    private static string ETagOf(byte[] content, int writing) => $"\"{Convert.ToHexStringLower(SHA256.HashData(content))}-{writing}\"";

    private LoopbackAnswer Answer(LoopbackRequest request)
    {
        var target = new Uri(_server.Address, request.Target);
        var path = Uri.UnescapeDataString(target.AbsolutePath).TrimStart('/').Split('/', 2);
        var query = target.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => WebUtility.UrlDecode(pair.ElementAtOrDefault(1) ?? ""));
        if (path[0] != Bucket)
            return Error(404, "NoSuchBucket");
        var key = path.ElementAtOrDefault(1) ?? "";
        return (request.Method, key.Length > 0) switch
        {
            ("GET", false) => List(query.GetValueOrDefault("prefix", ""), query.GetValueOrDefault("continuation-token", "")),
            ("GET" or "HEAD", true) => Get(request, key),
            ("PUT", true) when query.TryGetValue("uploadId", out var id) => PutPart(request, id, int.Parse(query["partNumber"], CultureInfo.InvariantCulture)),
            ("PUT", true) => Put(key, request.Body, request.Headers, request.Headers),
            ("POST", true) when query.TryGetValue("uploadId", out var id) => Complete(request, key, id),
            ("POST", true) => Begin(request, key),
            _ => Error(405, "MethodNotAllowed"),
        };
    }

    private LoopbackAnswer List(string prefix, string after)
    {
        var keys = _objects.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal) && string.CompareOrdinal(key, after) > 0).Order(StringComparer.Ordinal).Take(PageKeys + 1).ToList();
        var isCut = keys.Count > PageKeys;
        return Xml(200, new XElement(
            "ListBucketResult",
            new XElement("IsTruncated", isCut),
            isCut ? new XElement("NextContinuationToken", keys[PageKeys - 1]) : null,
            keys.Take(PageKeys).Select(key => new XElement("Contents", new XElement("Key", key), new XElement("Size", 1)))));
    }

    private LoopbackAnswer Get(LoopbackRequest request, string key)
    {
        if (!_objects.TryGetValue(key, out var found))
            return request.Method == "HEAD" ? new LoopbackAnswer(404) : Error(404, "NoSuchKey");
        if (request.Headers.TryGetValue("If-Match", out var expected) && expected != found.ETag)
            return Error(412, "PreconditionFailed");
        var headers = found.Metadata.ToDictionary();
        headers["ETag"] = found.ETag;
        headers["Last-Modified"] = "Thu, 01 Jan 2026 00:00:00 GMT";
        if (request.Method == "HEAD")
            return new LoopbackAnswer(200) { Headers = headers, Length = found.Content.Length };
        if (!request.Headers.TryGetValue("Range", out var range))
            return new LoopbackAnswer(200) { Headers = headers, Body = found.Content };
        int[] ends = [.. range["bytes=".Length..].Split('-').Select(end => int.Parse(end, CultureInfo.InvariantCulture))];
        return new LoopbackAnswer(206) { Headers = headers, Body = found.Content[ends[0]..(ends[1] + 1)] };
    }

    private LoopbackAnswer Put(string key, byte[] content, IReadOnlyDictionary<string, string> condition, IReadOnlyDictionary<string, string> headers)
    {
        var metadata = headers.Where(header => header.Key.StartsWith("x-amz-meta-", StringComparison.OrdinalIgnoreCase)).ToDictionary();
        lock (_objects)
        {
            if (condition.ContainsKey("If-None-Match") && _objects.ContainsKey(key))
                return Error(412, "PreconditionFailed");
            var stored = new StoredObject(content, ETagOf(content, RandomNumberGenerator.GetInt32(int.MaxValue)), metadata);
            _objects[key] = stored;
            return new LoopbackAnswer(200) { Headers = new Dictionary<string, string> { ["ETag"] = stored.ETag } };
        }
    }

    private LoopbackAnswer Begin(LoopbackRequest request, string key)
    {
        var id = Guid.NewGuid().ToString("N");
        _uploads[id] = new Upload(request.Headers, []);
        return Xml(200, new XElement("InitiateMultipartUploadResult", new XElement("Bucket", Bucket), new XElement("Key", key), new XElement("UploadId", id)));
    }

    private LoopbackAnswer PutPart(LoopbackRequest request, string id, int number)
    {
        if (!_uploads.TryGetValue(id, out var upload))
            return Error(404, "NoSuchUpload");
        upload.Parts[number] = request.Body;
        return new LoopbackAnswer(200) { Headers = new Dictionary<string, string> { ["ETag"] = ETagOf(request.Body, number) } };
    }

    private LoopbackAnswer Complete(LoopbackRequest request, string key, string id)
    {
        if (!_uploads.TryGetValue(id, out var upload))
            return Error(404, "NoSuchUpload");
        var asked = XDocument.Parse(Encoding.UTF8.GetString(request.Body)).Descendants().Where(element => element.Name.LocalName == "PartNumber").Select(element => (int)element);
        var put = Put(key, [.. asked.SelectMany(number => upload.Parts[number])], request.Headers, upload.Headers);
        if (put.Status != 200)
            return put;
        _uploads.TryRemove(id, out _);
        return Xml(200, new XElement("CompleteMultipartUploadResult", new XElement("Bucket", Bucket), new XElement("Key", key), new XElement("ETag", put.Headers["ETag"])));
    }

    private sealed record StoredObject(byte[] Content, string ETag, IReadOnlyDictionary<string, string> Metadata);

    private sealed record Upload(IReadOnlyDictionary<string, string> Headers, ConcurrentDictionary<int, byte[]> Parts);
}
