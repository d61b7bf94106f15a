using System.Buffers.Binary;

namespace MirroredInfluence.Arrow;

/// <summary>Arrow's bitmaps: least significant bit first.</summary>
internal static unsafe class Bits
{
    public static bool IsSet(byte* bitmap, long index) => (bitmap[index >> 3] >> (int)(index & 7) & 1) != 0;

    public static bool AreAllSet(byte* bitmap, long start, long count)
    {
        var index = start;
        var end = start + count;
        for (; index < end && (index & 7) != 0; index++)
        {
            if (!IsSet(bitmap, index))
                return false;
        }

        for (; end - index >= 8; index += 8)
        {
            if (bitmap[index >> 3] != 0xff)
                return false;
        }

        for (; index < end; index++)
        {
            if (!IsSet(bitmap, index))
                return false;
        }

        return true;
    }

    /// <summary>Writes one byte, 0 or 1, for each bit.</summary>
    public static void Expand(byte* bitmap, long start, Span<byte> bytes)
    {
        var index = 0;
        for (; index < bytes.Length && ((start + index) & 7) != 0; index++)
            bytes[index] = IsSet(bitmap, start + index) ? (byte)1 : (byte)0;
        for (; bytes.Length - index >= 8; index += 8)
        {
            // Eight copies of the byte, one bit kept in each, moved down to bit 0.
            var spread = bitmap[(start + index) >> 3] * 0x0101010101010101UL & 0x8040201008040201UL;
            var ones = ((spread + 0x7f7f7f7f7f7f7f7fUL | spread) >> 7) & 0x0101010101010101UL;
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[index..], ones);
        }

        for (; index < bytes.Length; index++)
            bytes[index] = IsSet(bitmap, start + index) ? (byte)1 : (byte)0;
    }
}
