using System.Buffers.Binary;

namespace MirroredInfluence;

/// <summary>CRC-32 of zip archives and PNG (ISO 3309, polynomial 0xEDB88320 reflected), eight bytes at a step.</summary>
public static class Crc32
{
    private const int StepBytes = 8;

    private static readonly uint[] Tables = MakeTables();   // shape [StepBytes, 256]: of a byte with so many zero bytes behind it

    /// <param name="crc">Of the bytes before these; 0 at the start.</param>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        crc = ~crc;
        for (; bytes.Length >= StepBytes; bytes = bytes[StepBytes..])
        {
            var word = BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ crc;
            crc = 0;
            for (var zeros = StepBytes - 1; zeros >= 0; zeros--, word >>= 8)
                crc ^= Tables[(zeros << 8) | (byte)word];
        }

        foreach (var value in bytes)
            crc = Tables[(byte)(crc ^ value)] ^ (crc >> 8);
        return ~crc;
    }

    private static uint[] MakeTables()
    {
        var tables = new uint[StepBytes << 8];
        for (var i = 0u; i < 256; i++)
        {
            var crc = i;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 0 ? crc >> 1 : 0xedb88320 ^ (crc >> 1);
            tables[i] = crc;
        }

        for (var i = 256; i < tables.Length; i++)
            tables[i] = tables[(byte)tables[i - 256]] ^ (tables[i - 256] >> 8);
        return tables;
    }
}
