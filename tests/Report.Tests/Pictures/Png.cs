using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace MirroredInfluence.Report.Tests;

/// <summary>Reads unfiltered PNGs strictly, by the letter of the format: every length and checksum counts.</summary>
internal sealed record Png(int Width, int Height, int Channels, byte[] Samples)
{
    public static Png Read(ReadOnlySpan<byte> bytes)
    {
        Assert.Equal([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], bytes[..8].ToArray());
        bytes = bytes[8..];
        var header = ReadChunk(ref bytes, "IHDR");
        Assert.Equal(13, header.Length);
        Assert.Equal(8, header[8]);
        Assert.Equal([0, 0, 0], header[10..]);
        var (width, height) = (BinaryPrimitives.ReadInt32BigEndian(header), BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4)));
        var channels = header[9] switch { 0 => 1, 2 => 3, var type => throw new InvalidDataException($"colour type {type}") };

        using var lines = new MemoryStream();
        using (var zlib = new ZLibStream(new MemoryStream(ReadChunk(ref bytes, "IDAT")), CompressionMode.Decompress))
            zlib.CopyTo(lines);
        ReadChunk(ref bytes, "IEND");
        Assert.True(bytes.IsEmpty);

        var lineBytes = 1 + (width * channels);
        Assert.Equal(height * lineBytes, lines.Length);
        var samples = lines.ToArray().Chunk(lineBytes).SelectMany(line => line[0] == 0 ? line[1..] : throw new InvalidDataException($"filter {line[0]}"));
        return new Png(width, height, channels, [.. samples]);
    }

    private static byte[] ReadChunk(ref ReadOnlySpan<byte> bytes, string type)
    {
        var length = BinaryPrimitives.ReadInt32BigEndian(bytes);
        Assert.Equal(type, Encoding.ASCII.GetString(bytes.Slice(4, 4)));
        var data = bytes.Slice(8, length).ToArray();
        Assert.Equal(Crc(bytes.Slice(4, 4 + length)), BinaryPrimitives.ReadUInt32BigEndian(bytes[(8 + length)..]));
        bytes = bytes[(12 + length)..];
        return data;
    }

    /// <summary>Bit by bit, as the PNG specification defines it.</summary>
    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            for (var bit = 0; bit < 8; bit++)
                crc = (((crc ^ (uint)(value >> bit)) & 1) == 0 ? 0 : 0xedb88320) ^ (crc >> 1);
        }

        return ~crc;
    }
}
