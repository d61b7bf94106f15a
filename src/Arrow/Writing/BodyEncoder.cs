using System.Buffers.Binary;

namespace MirroredInfluence.Arrow;

/// <summary>
/// Compresses buffers one by one, each behind its length, into frames with a checksum. One that does not shrink is framed as well: stored as it is,
/// behind −1, it would have no checksum.
/// </summary>
internal static unsafe class BodyEncoder
{
    private const int PrefixBytes = 8;

    public static ReadOnlyMemory<byte> Encode(ReadOnlyMemory<byte> buffer, BodyCompression compression)
    {
        if (compression == BodyCompression.None || buffer.IsEmpty)
            return buffer;
        var encoded = new byte[PrefixBytes + Bound(buffer.Length, compression)];
        BinaryPrimitives.WriteInt64LittleEndian(encoded, buffer.Length);
        return encoded.AsMemory(0, PrefixBytes + Compress(buffer.Span, encoded.AsSpan(PrefixBytes), compression));
    }

    private static int Bound(int sourceBytes, BodyCompression compression)
    {
        try
        {
            return checked((int)(compression == BodyCompression.Lz4Frame
                ? Lz4.CompressFrameBound((nuint)sourceBytes, Lz4Preferences.WithChecksum)
                : Zstd.CompressBound((nuint)sourceBytes) + Zstd.ChecksumBytes));
        }
        catch (DllNotFoundException failure)
        {
            throw compression == BodyCompression.Lz4Frame ? Lz4.Missing(failure) : Zstd.Missing(failure);
        }
    }

    private static int Compress(ReadOnlySpan<byte> source, Span<byte> target, BodyCompression compression)
    {
        fixed (byte* from = source, to = target)
        {
            var isLz4 = compression == BodyCompression.Lz4Frame;
            var code = isLz4
                ? Lz4.CompressFrame(to, (nuint)target.Length, from, (nuint)source.Length, Lz4Preferences.WithChecksum)
                : CompressZstd(to, (nuint)target.Length, from, (nuint)source.Length);
            var isError = isLz4 ? Lz4.IsError(code) : Zstd.IsError(code);
            return isError == 0 ? (int)code : throw Failure.Internal($"{compression} could not compress {source.Length:N0} bytes.");
        }
    }

    private static nuint CompressZstd(byte* to, nuint toBytes, byte* from, nuint fromBytes)
    {
        var context = Zstd.CreateCompressionContext();
        try
        {
            var code = Zstd.SetParameter(context, Zstd.ChecksumFlag, 1);
            return Zstd.IsError(code) != 0 ? code : Zstd.Compress(context, to, toBytes, from, fromBytes);
        }
        finally
        {
            Zstd.FreeCompressionContext(context);
        }
    }
}
