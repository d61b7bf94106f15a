using System.Buffers.Binary;
using System.IO.Compression;

namespace MirroredInfluence.Report;

/// <summary>8-bit grey or RGB samples → PNG (ISO/IEC 15948). Lines are stored unfiltered: for small pictures that deflates as well as any filter.</summary>
internal static class PngEncoder
{
    private const byte Grey = 0, Rgb = 2;

    /// <param name="samples">Shape [height, width, channels].</param>
    /// <param name="channels">1 or 3.</param>
    public static byte[] Encode(ReadOnlySpan<byte> samples, int width, int height, int channels)
    {
        using var png = new MemoryStream();
        png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a]);

        Span<byte> header = stackalloc byte[13];
        header.Clear();
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        header[8] = 8;                                  // bits a sample
        header[9] = channels == 1 ? Grey : Rgb;
        WriteChunk(png, "IHDR"u8, header);

        WriteChunk(png, "IDAT"u8, Deflate(samples, width * channels));
        WriteChunk(png, "IEND"u8, []);
        return png.ToArray();
    }

    private static byte[] Deflate(ReadOnlySpan<byte> samples, int lineBytes)
    {
        using var deflated = new MemoryStream();
        using (var zlib = new ZLibStream(deflated, CompressionLevel.SmallestSize))
        {
            for (; samples.Length > 0; samples = samples[lineBytes..])
            {
                zlib.WriteByte(0);                      // filter of the line: none
                zlib.Write(samples[..lineBytes]);
            }
        }

        return deflated.ToArray();
    }

    private static void WriteChunk(MemoryStream png, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        png.Write(number);
        png.Write(type);
        png.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.Append(Crc32.Append(0, type), data));
        png.Write(number);
    }
}
