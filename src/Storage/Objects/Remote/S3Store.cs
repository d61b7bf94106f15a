using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;

namespace MirroredInfluence.Storage;

/// <summary>
/// Objects of a bucket of S3, or of what speaks its protocol with conditional writes (If-None-Match). As with blobs, an object is committed by one request
/// with a stamp of that writing in its metadata, so that a writer whose answer was lost finds out whether it was the first.
/// </summary>
/// <param name="prefix">Of every object's key: empty, or ending in '/'.</param>
internal sealed class S3Store(IAmazonS3 client, string bucket, string prefix, ObjectUri uri, RemoteCalls calls, ObjectCache cache) : IObjectStore
{
    private const string StampName = "mirroredput";

    public string UriOf(string key) => uri.Of(ObjectKey.Checked(key));

    public Task<byte[]?> GetAsync(string key, CancellationToken cancellationToken) => AskAsync(key, async () =>
    {
        try
        {
            using var answer = await client.GetObjectAsync(bucket, prefix + key, cancellationToken).ConfigureAwait(false);
            var bytes = new byte[answer.ContentLength];
            await answer.ResponseStream.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
            StorageTelemetry.Received(bytes.Length);
            return bytes;
        }
        catch (AmazonS3Exception exception) when (IsMissing(exception))
        {
            return null;
        }
    }, cancellationToken);

    public Task<string?> GetFileAsync(string key, CancellationToken cancellationToken) => ObjectCopies.TryGetAsync(this, key, cache, cancellationToken);

    public Task<ObjectVersion?> TryGetVersionAsync(string key, CancellationToken cancellationToken) => AskAsync(key, async () =>
        await TryGetMetadataAsync(key, cancellationToken).ConfigureAwait(false) is { } found ? VersionOf(found) : (ObjectVersion?)null, cancellationToken);

    public Task ReadAsync(string key, ObjectVersion version, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        ObjectRange.ThrowIfOutside(version, offset, destination.Length);
        if (destination.Length == 0)
            return Task.CompletedTask;
        return AskAsync(key, async () =>
        {
            try
            {
                using var answer = await client.GetObjectAsync(new GetObjectRequest
                {
                    BucketName = bucket,
                    Key = prefix + key,
                    ByteRange = new ByteRange(offset, offset + destination.Length - 1),
                    EtagToMatch = version.Tag,
                }, cancellationToken).ConfigureAwait(false);
                await answer.ResponseStream.ReadExactlyAsync(destination, cancellationToken).ConfigureAwait(false);
                StorageTelemetry.Received(destination.Length);
                return true;
            }
            catch (AmazonS3Exception exception) when (exception.StatusCode == HttpStatusCode.PreconditionFailed || IsMissing(exception))
            {
                var found = await TryGetMetadataAsync(key, cancellationToken).ConfigureAwait(false);
                if (found is null || VersionOf(found) != version)
                    throw ObjectRange.Changed(UriOf(key));
                throw;
            }
        }, cancellationToken);
    }

    public Task<bool> PutIfAbsentAsync(string key, Action<Stream> write, CancellationToken cancellationToken) => PutAsync(key, write, "*", cancellationToken);

    public Task PutAsync(string key, Action<Stream> write, CancellationToken cancellationToken) => PutAsync(key, write, null, cancellationToken);

    public async IAsyncEnumerable<string> ListAsync(string keyPrefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new ListObjectsV2Request { BucketName = bucket, Prefix = prefix + keyPrefix };
        do
        {
            var page = await calls.AskAsync($"{uri}/{keyPrefix}", () => client.ListObjectsV2Async(request, cancellationToken), cancellationToken).ConfigureAwait(false);
            foreach (var found in page.S3Objects ?? [])
                yield return found.Key[prefix.Length..];
            request.ContinuationToken = page.NextContinuationToken;
        }
        while (!string.IsNullOrEmpty(request.ContinuationToken));
    }

    /// <param name="ifNoneMatch"><c>*</c>: unless there is one.</param>
    private async Task<bool> PutAsync(string key, Action<Stream> write, string? ifNoneMatch, CancellationToken cancellationToken)
    {
        using var draft = new ObjectDraft(cache, write);
        if (draft.IsLarge && ifNoneMatch is not null && await TryGetVersionAsync(key, cancellationToken).ConfigureAwait(false) is not null)
            return false;

        var stamp = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var upload = draft.IsLarge ? await UploadAsync(key, draft, stamp, cancellationToken).ConfigureAwait(false) : null;
        return await AskAsync(key, async () =>
        {
            try
            {
                if (upload is not null)
                {
                    upload.IfNoneMatch = ifNoneMatch;
                    await client.CompleteMultipartUploadAsync(upload, cancellationToken).ConfigureAwait(false);
                    return true;
                }

                using var content = await draft.ReadPartAsync(0, cancellationToken).ConfigureAwait(false);
                var put = new PutObjectRequest { BucketName = bucket, Key = prefix + key, InputStream = content, IfNoneMatch = ifNoneMatch, UseChunkEncoding = false };
                put.Metadata.Add(StampName, stamp);
                await client.PutObjectAsync(put, cancellationToken).ConfigureAwait(false);
                return true;
            }
            catch (AmazonS3Exception exception) when (IsDenied(exception))
            {
                // Ours, when an earlier try arrived and its answer did not.
                var found = await TryGetMetadataAsync(key, cancellationToken).ConfigureAwait(false);
                if (found?.Metadata[StampName] == stamp)
                    return true;
                if (found is not null && ifNoneMatch is not null)
                    return false;
                throw;
            }
        }, cancellationToken).ConfigureAwait(false);
    }

    /// <returns>The request that makes an object of the parts.</returns>
    private async Task<CompleteMultipartUploadRequest> UploadAsync(string key, ObjectDraft draft, string stamp, CancellationToken cancellationToken)
    {
        var begin = new InitiateMultipartUploadRequest { BucketName = bucket, Key = prefix + key };
        begin.Metadata.Add(StampName, stamp);
        var upload = await AskAsync(key, () => client.InitiateMultipartUploadAsync(begin, cancellationToken), cancellationToken).ConfigureAwait(false);
        var parts = new PartETag[draft.PartCount];
        await draft.ForEachPartAsync(async (index, cancel) =>
        {
            var sent = await AskAsync(key, async () =>
            {
                using var content = await draft.ReadPartAsync(index, cancel).ConfigureAwait(false);
                return await client.UploadPartAsync(new UploadPartRequest
                {
                    BucketName = bucket,
                    Key = prefix + key,
                    UploadId = upload.UploadId,
                    PartNumber = index + 1,
                    InputStream = content,
                    PartSize = content.Length,
                    UseChunkEncoding = false,
                }, cancel).ConfigureAwait(false);
            }, cancel).ConfigureAwait(false);
            parts[index] = new PartETag(index + 1, sent.ETag);
        }, cancellationToken).ConfigureAwait(false);
        return new CompleteMultipartUploadRequest { BucketName = bucket, Key = prefix + key, UploadId = upload.UploadId, PartETags = [.. parts] };
    }

    private async Task<GetObjectMetadataResponse?> TryGetMetadataAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            return await client.GetObjectMetadataAsync(bucket, prefix + key, cancellationToken).ConfigureAwait(false);
        }
        catch (AmazonS3Exception exception) when (IsMissing(exception))
        {
            return null;
        }
    }

    private Task<T> AskAsync<T>(string key, Func<Task<T>> call, CancellationToken cancellationToken) => calls.AskAsync(UriOf(key), call, cancellationToken);

    private static ObjectVersion VersionOf(GetObjectMetadataResponse found) => new(found.ContentLength, found.ETag);

    private static bool IsMissing(AmazonS3Exception exception) => exception.StatusCode == HttpStatusCode.NotFound && !IsBucketMissing(exception);

    /// <summary>Whether the object may be there already: a condition denied, another writer at it, an upload that was completed.</summary>
    private static bool IsDenied(AmazonS3Exception exception) =>
        exception.StatusCode is HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict || exception.ErrorCode == "NoSuchUpload";

    private static bool IsBucketMissing(AmazonS3Exception exception) => exception.ErrorCode == "NoSuchBucket";
}
