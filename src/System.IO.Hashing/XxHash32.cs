using System.Buffers.Binary;
using System.Numerics;

namespace System.IO.Hashing;

/// <summary>XXH32 (doc/xxhash_spec.md of the xxHash project, 0.1.1), the one hash that Microsoft Orleans takes from the package: of names of types and grains.</summary>
public static class XxHash32
{
    private const uint Prime1 = 2654435761, Prime2 = 2246822519, Prime3 = 3266489917, Prime4 = 668265263, Prime5 = 374761393;
    private const int LaneBytes = sizeof(uint), StripeBytes = 4 * LaneBytes;

    /// <param name="destination">4 bytes, big-endian.</param>
    public static bool TryHash(ReadOnlySpan<byte> source, Span<byte> destination, out int bytesWritten, int seed = 0)
    {
        var isWritten = BinaryPrimitives.TryWriteUInt32BigEndian(destination, HashToUInt32(source, seed));
        bytesWritten = isWritten ? sizeof(uint) : 0;
        return isWritten;
    }

    public static uint HashToUInt32(ReadOnlySpan<byte> source, int seed = 0)
    {
        var rest = source;
        var hash = unchecked((uint)seed) + Prime5;
        if (source.Length >= StripeBytes)
        {
            Span<uint> lanes = [unchecked((uint)seed + Prime1 + Prime2), unchecked((uint)seed + Prime2), unchecked((uint)seed), unchecked((uint)seed - Prime1)];
            for (; rest.Length >= StripeBytes; rest = rest[StripeBytes..])
            {
                for (var lane = 0; lane < lanes.Length; lane++)
                    lanes[lane] = BitOperations.RotateLeft(lanes[lane] + (LaneOf(rest[(lane * LaneBytes)..]) * Prime2), 13) * Prime1;
            }

            hash = BitOperations.RotateLeft(lanes[0], 1) + BitOperations.RotateLeft(lanes[1], 7) + BitOperations.RotateLeft(lanes[2], 12) + BitOperations.RotateLeft(lanes[3], 18);
        }

        hash += (uint)source.Length;
        for (; rest.Length >= LaneBytes; rest = rest[LaneBytes..])
            hash = BitOperations.RotateLeft(hash + (LaneOf(rest) * Prime3), 17) * Prime4;
        foreach (var last in rest)
            hash = BitOperations.RotateLeft(hash + (last * Prime5), 11) * Prime1;

        hash = (hash ^ (hash >> 15)) * Prime2;
        hash = (hash ^ (hash >> 13)) * Prime3;
        return hash ^ (hash >> 16);
    }

    private static uint LaneOf(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32LittleEndian(bytes);
}
