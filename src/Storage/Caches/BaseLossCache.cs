using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace MirroredInfluence.Storage;

/// <summary>
/// Base losses by content, so that a later query over the same rows costs one forward pass a row, not two. One file per shard:
/// magic and version (8 bytes), SHA-256 of the losses (32 bytes), the losses (float32, little-endian). A file that is damaged or cannot be
/// read is as good as none and is written again.
/// </summary>
/// <param name="folder">As <see cref="CacheFolder.Resolve"/> gives it.</param>
public sealed class BaseLossCache(string folder)
{
    private const int HeaderBytes = 40;
    private const ulong Magic = 0x0001_5353_4F4C_494D;   // "MILOSS", version 1

    private readonly AtomicFile _files = new();

    /// <param name="key">Whose losses.</param>
    /// <param name="losses">Destination, shape [drawCount, rowCount]; NaN where a row could not be scored. Undefined when the result is false.</param>
    public bool TryRead(BaseLossKey key, Span<float> losses)
    {
        var isKnown = TryRead(PathOf(key), losses);
        StorageTelemetry.CacheAsked("base-losses", isKnown);
        return isKnown;
    }

    /// <summary>Keeps losses. A disk that is full or read-only keeps nothing, and the run goes on.</summary>
    /// <returns>False when they could not be kept.</returns>
    public bool TryWrite(BaseLossKey key, float[] losses)
    {
        try
        {
            _files.Replace(PathOf(key), stream =>
            {
                var body = MemoryMarshal.AsBytes(losses.AsSpan());
                Span<byte> header = stackalloc byte[HeaderBytes];
                BinaryPrimitives.WriteUInt64LittleEndian(header, Magic);
                SHA256.HashData(body, header[8..]);
                stream.Write(header);
                stream.Write(body);
            });
            return true;
        }
        catch (MirroredException exception) when (exception.Kind == FailureKind.Unavailable)
        {
            return false;
        }
    }

    private static bool TryRead(string path, Span<float> losses)
    {
        try
        {
            using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
            var body = MemoryMarshal.AsBytes(losses);
            Span<byte> header = stackalloc byte[HeaderBytes];
            return RandomAccess.GetLength(file) == HeaderBytes + body.Length
                && TryFill(file, header, 0)
                && TryFill(file, body, HeaderBytes)
                && BinaryPrimitives.ReadUInt64LittleEndian(header) == Magic
                && header[8..].SequenceEqual(SHA256.HashData(body));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool TryFill(Microsoft.Win32.SafeHandles.SafeFileHandle file, Span<byte> destination, long offset)
    {
        while (!destination.IsEmpty)
        {
            var count = RandomAccess.Read(file, destination, offset);
            if (count == 0)
                return false;
            destination = destination[count..];
            offset += count;
        }

        return true;
    }

    private string PathOf(BaseLossKey key) => Path.Combine(folder, "losses", key.Name[..2], key.Name);
}
