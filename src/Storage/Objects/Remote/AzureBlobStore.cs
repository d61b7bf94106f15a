using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace MirroredInfluence.Storage;

/// <summary>
/// Objects as block blobs. Invariants: a blob is committed by one request, with a stamp of that writing in its metadata, so that a writer whose
/// answer was lost finds out whether it was the first; blocks of two writings never mix, since their names hold the stamp.
/// </summary>
/// <param name="prefix">Of every blob's name: empty, or ending in '/'.</param>
/// <param name="uri">What messages call the place of the blobs, without a signature.</param>
internal sealed class AzureBlobStore(BlobContainerClient container, string prefix, string uri, RemoteCalls calls, ObjectCache cache) : IObjectStore
{
    private const string StampName = "mirroredput";

    public string UriOf(string key) => $"{uri}/{ObjectKey.Checked(key)}";

    public Task<byte[]?> GetAsync(string key, CancellationToken cancellationToken) => AskAsync(key, async blob =>
    {
        try
        {
            var content = (await blob.DownloadContentAsync(cancellationToken).ConfigureAwait(false)).Value.Content.ToArray();
            StorageTelemetry.Received(content.Length);
            return content;
        }
        catch (RequestFailedException exception) when (IsMissing(exception))
        {
            return null;
        }
    }, cancellationToken);

    public Task<string?> GetFileAsync(string key, CancellationToken cancellationToken) => ObjectCopies.TryGetAsync(this, key, cache, cancellationToken);

    public Task<ObjectVersion?> TryGetVersionAsync(string key, CancellationToken cancellationToken) => AskAsync(key, async blob =>
        await TryGetPropertiesAsync(blob, cancellationToken).ConfigureAwait(false) is { } found ? VersionOf(found) : (ObjectVersion?)null, cancellationToken);

    public Task ReadAsync(string key, ObjectVersion version, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        ObjectRange.ThrowIfOutside(version, offset, destination.Length);
        if (destination.Length == 0)
            return Task.CompletedTask;
        var options = new BlobDownloadOptions
        {
            Range = new HttpRange(offset, destination.Length),
            Conditions = new BlobRequestConditions { IfMatch = new ETag(version.Tag) },
        };
        return AskAsync(key, async blob =>
        {
            try
            {
                using var answer = (await blob.DownloadStreamingAsync(options, cancellationToken).ConfigureAwait(false)).Value;
                await answer.Content.ReadExactlyAsync(destination, cancellationToken).ConfigureAwait(false);
                StorageTelemetry.Received(destination.Length);
                return true;
            }
            catch (RequestFailedException exception) when (exception.Status == 412 || IsMissing(exception))
            {
                var found = await TryGetPropertiesAsync(blob, cancellationToken).ConfigureAwait(false);
                if (found is null || VersionOf(found) != version)
                    throw ObjectRange.Changed(UriOf(key));
                throw;
            }
        }, cancellationToken);
    }

    public Task<bool> PutIfAbsentAsync(string key, Action<Stream> write, CancellationToken cancellationToken) =>
        PutAsync(key, write, new BlobRequestConditions { IfNoneMatch = ETag.All }, cancellationToken);

    public Task PutAsync(string key, Action<Stream> write, CancellationToken cancellationToken) => PutAsync(key, write, null, cancellationToken);

    public async IAsyncEnumerable<string> ListAsync(string keyPrefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? next = null;
        do
        {
            var page = await calls.AskAsync($"{uri}/{keyPrefix}", () => ListPageAsync(prefix + keyPrefix, next, cancellationToken), cancellationToken).ConfigureAwait(false);
            foreach (var blob in page.Values)
                yield return blob.Name[prefix.Length..];
            next = page.ContinuationToken;
        }
        while (!string.IsNullOrEmpty(next));
    }

    private async Task<bool> PutAsync(string key, Action<Stream> write, BlobRequestConditions? conditions, CancellationToken cancellationToken)
    {
        using var draft = new ObjectDraft(cache, write);
        if (draft.IsLarge && conditions is not null && await TryGetVersionAsync(key, cancellationToken).ConfigureAwait(false) is not null)
            return false;

        var stamp = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var metadata = new Dictionary<string, string> { [StampName] = stamp };
        var blocks = draft.IsLarge ? await StageAsync(key, draft, stamp, cancellationToken).ConfigureAwait(false) : null;
        return await AskAsync(key, async blob =>
        {
            try
            {
                if (blocks is not null)
                    await blob.CommitBlockListAsync(blocks, new CommitBlockListOptions { Conditions = conditions, Metadata = metadata }, cancellationToken).ConfigureAwait(false);
                else
                    await blob.UploadAsync(await draft.ReadPartAsync(0, cancellationToken).ConfigureAwait(false), new BlobUploadOptions { Conditions = conditions, Metadata = metadata }, cancellationToken).ConfigureAwait(false);
                return true;
            }
            catch (RequestFailedException exception) when (IsDenied(exception))
            {
                // Ours, when an earlier try arrived and its answer did not.
                if (conditions is not null && await TryGetPropertiesAsync(blob, cancellationToken).ConfigureAwait(false) is { } found)
                    return found.Metadata.TryGetValue(StampName, out var first) && first == stamp;
                if (blocks is not null)
                    await StageAsync(key, draft, stamp, cancellationToken).ConfigureAwait(false);   // the commit of another writing discards ours
                throw;
            }
        }, cancellationToken).ConfigureAwait(false);
    }

    /// <returns>Names of the blocks, in order.</returns>
    private async Task<string[]> StageAsync(string key, ObjectDraft draft, string stamp, CancellationToken cancellationToken)
    {
        var blocks = new string[draft.PartCount];
        await draft.ForEachPartAsync(async (index, cancel) =>
        {
            blocks[index] = Convert.ToBase64String(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{stamp}{index:D8}")));
            await AskAsync(key, async blob => await blob.StageBlockAsync(
                blocks[index], await draft.ReadPartAsync(index, cancel).ConfigureAwait(false), cancellationToken: cancel).ConfigureAwait(false), cancel).ConfigureAwait(false);
        }, cancellationToken).ConfigureAwait(false);
        return blocks;
    }

    private async Task<Page<BlobItem>> ListPageAsync(string fullPrefix, string? next, CancellationToken cancellationToken)
    {
        await foreach (var page in container.GetBlobsAsync(prefix: fullPrefix, cancellationToken: cancellationToken).AsPages(next).ConfigureAwait(false))
            return page;
        throw Failure.Internal($"{uri}: a list without a page.");
    }

    private Task<T> AskAsync<T>(string key, Func<BlockBlobClient, Task<T>> call, CancellationToken cancellationToken)
    {
        var address = UriOf(key);
        var blob = container.GetBlockBlobClient(prefix + key);
        return calls.AskAsync(address, () => call(blob), cancellationToken);
    }

    private static async Task<BlobProperties?> TryGetPropertiesAsync(BlockBlobClient blob, CancellationToken cancellationToken)
    {
        try
        {
            return (await blob.GetPropertiesAsync(cancellationToken: cancellationToken).ConfigureAwait(false)).Value;
        }
        catch (RequestFailedException exception) when (IsMissing(exception))
        {
            return null;
        }
    }

    private static ObjectVersion VersionOf(BlobProperties found) => new(found.ContentLength, found.ETag.ToString());

    private static bool IsMissing(RequestFailedException exception) =>
        exception.Status == 404 && exception.ErrorCode != BlobErrorCode.ContainerNotFound.ToString();

    /// <summary>Whether the blob may be there already. A signature that only grants creation is forbidden (403) what others find their condition denied for.</summary>
    private static bool IsDenied(RequestFailedException exception) => exception.Status is 403 or 409 or 412 || exception.ErrorCode == RemoteAnswer.BlocksAreGone;
}
