using Microsoft.Win32.SafeHandles;

namespace MirroredInfluence.Storage;

/// <summary>What is about to be an object, in a file without a name: sent in one request, or in parts when it is large. Any part may be read again.</summary>
internal sealed class ObjectDraft(ObjectCache cache, Action<Stream> write) : IDisposable
{
    private const int PartBytes = 16 << 20, PartsAtOnce = 4;

    private readonly SafeFileHandle _file = cache.Draft(write);

    public bool IsLarge => RandomAccess.GetLength(_file) > PartBytes;

    public int PartCount => (int)((RandomAccess.GetLength(_file) + PartBytes - 1) / PartBytes);

    /// <summary>Sends parts side by side.</summary>
    public Task ForEachPartAsync(Func<int, CancellationToken, Task> send, CancellationToken cancellationToken) => Parallel.ForAsync(
        0,
        PartCount,
        new ParallelOptions { MaxDegreeOfParallelism = PartsAtOnce, CancellationToken = cancellationToken },
        (index, cancel) => new ValueTask(send(index, cancel)));

    public async Task<MemoryStream> ReadPartAsync(int index, CancellationToken cancellationToken)
    {
        var start = (long)index * PartBytes;
        var bytes = new byte[Math.Min(PartBytes, RandomAccess.GetLength(_file) - start)];
        for (var filled = 0; filled < bytes.Length;)
            filled += await RandomAccess.ReadAsync(_file, bytes.AsMemory(filled), start + filled, cancellationToken).ConfigureAwait(false);
        StorageTelemetry.Sent(bytes.Length);
        return new MemoryStream(bytes, writable: false);
    }

    public void Dispose() => _file.Dispose();
}
