using System.Buffers.Binary;

namespace MirroredInfluence.Arrow;

/// <summary>Compresses buffers one by one, each behind its length; one that does not shrink is stored as it is, behind −1.</summary>
internal static unsafe class BodyEncoder
{
    private const int PrefixBytes = 8;
    private const int ZstdLevel = 3;

    public static ReadOnlyMemory<byte> Encode(ReadOnlyMemory<byte> buffer, BodyCompression compression)
    {
        if (compression == BodyCompression.None || buffer.IsEmpty)
            return buffer;
        var encoded = new byte[PrefixBytes + Math.Max(buffer.Length, Bound(buffer.Length, compression))];
        var encodedBytes = Compress(buffer.Span, encoded.AsSpan(PrefixBytes), compression);
        if (encodedBytes < buffer.Length)
        {
            BinaryPrimitives.WriteInt64LittleEndian(encoded, buffer.Length);
            return encoded.AsMemory(0, PrefixBytes + encodedBytes);
        }

        BinaryPrimitives.WriteInt64LittleEndian(encoded, -1);
        buffer.Span.CopyTo(encoded.AsSpan(PrefixBytes));
        return encoded.AsMemory(0, PrefixBytes + buffer.Length);
    }

    private static int Bound(int sourceBytes, BodyCompression compression)
    {
        try
        {
            return checked((int)(compression == BodyCompression.Lz4Frame
                ? Lz4.CompressFrameBound((nuint)sourceBytes, preferences: 0)
                : Zstd.CompressBound((nuint)sourceBytes)));
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
                ? Lz4.CompressFrame(to, (nuint)target.Length, from, (nuint)source.Length, preferences: 0)
                : Zstd.Compress(to, (nuint)target.Length, from, (nuint)source.Length, ZstdLevel);
            var isError = isLz4 ? Lz4.IsError(code) : Zstd.IsError(code);
            return isError == 0 ? (int)code : throw Failure.Internal($"{compression} could not compress {source.Length:N0} bytes.");
        }
    }
}
