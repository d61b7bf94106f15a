using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using MirroredInfluence.Arrow;

namespace MirroredInfluence.Storage;

/// <summary>
/// One version of a remote object, read by ranges: pieces come into the cache, and into memory where the cache's disk takes no more. All waiting ends
/// with the token that it was opened with.
/// </summary>
/// <param name="downloads">Bounds the ranges that are on their way, over all files that share it.</param>
public sealed partial class RemoteFile(
    IObjectStore store, string key, ObjectVersion version, ObjectCache cache, SemaphoreSlim downloads, CancellationToken cancellationToken) : IPiecedContent
{
    public string Name { get; } = store.UriOf(key);

    public long Length => version.Length;

    public int PieceBytes => 4 << 20;

    public Task ReadAsync(long offset, Memory<byte> destination) => store.ReadAsync(key, version, offset, destination, cancellationToken);

    public async Task<SafeFileHandle> OpenPieceAsync(int piece)
    {
        await downloads.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return cache.IsKept ? await OpenKeptAsync(piece).ConfigureAwait(false) : await DownloadAsync(piece, InMemory).ConfigureAwait(false);
        }
        finally
        {
            downloads.Release();
        }
    }

    private async Task<SafeFileHandle> OpenKeptAsync(int piece)
    {
        var name = ObjectCache.NameOf(Name, version, $"piece {piece} of {PieceBytes}");
        if (TryOpen(name) is { } known)
            return known;
        using var turn = await cache.LockAsync(name, cancellationToken).ConfigureAwait(false);
        if (TryOpen(name) is { } brought)
            return brought;
        return await DownloadAsync(piece, bytes => Keep(name, bytes)).ConfigureAwait(false);
    }

    private SafeFileHandle Keep(string name, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return File.OpenHandle(cache.Add(name, bytes.Length, file => file.Write(bytes.Span)));
        }
        catch (Exception exception) when (exception is IOException or MirroredException { Kind: FailureKind.Unavailable })
        {
            return InMemory(bytes);
        }
    }

    private SafeFileHandle? TryOpen(string name)
    {
        try
        {
            return cache.TryFind(name) is { } path ? File.OpenHandle(path) : null;
        }
        catch (IOException)
        {
            return null;   // removed this moment
        }
    }

    private async Task<SafeFileHandle> DownloadAsync(int piece, Func<ReadOnlyMemory<byte>, SafeFileHandle> write)
    {
        var start = (long)piece * PieceBytes;
        var buffer = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            var bytes = buffer.AsMemory(0, (int)Math.Min(PieceBytes, Length - start));
            await ReadAsync(start, bytes).ConfigureAwait(false);
            return write(bytes);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>A file without a disk: its memory goes with its last mapping.</summary>
    private SafeFileHandle InMemory(ReadOnlyMemory<byte> bytes)
    {
        var file = new SafeFileHandle(MemoryFile("mirrored-piece", 0), ownsHandle: true);
        if (file.IsInvalid)
            throw Failure.Unavailable($"{Name}: no memory for {bytes.Length:N0} bytes of it: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}.");
        RandomAccess.Write(file, bytes.Span, fileOffset: 0);
        return file;
    }

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint MemoryFile(string name, uint flags);
}
