using System.Buffers.Binary;

namespace MirroredInfluence.Fuzz;

/// <summary>Changes inputs, half of the time in the metadata, which follow markers of four ones. The same seed makes the same changes.</summary>
internal sealed class Mutator(int seed, IReadOnlyList<byte[]> inputs, int bytesMax)
{
    private static readonly long[] Telling =
    [
        0, 1, -1, 2, 3, 4, 7, 8, 16, 63, 64, 65, 127, 128, 255, 256, 1000, 4095, 4096, 32767, 32768, 65535, 65536,
        int.MaxValue, int.MinValue, uint.MaxValue, 1L << 31, 1L << 32, 1L << 40, 1L << 60, long.MaxValue, long.MinValue, long.MaxValue - 7,
    ];

    private readonly Random _random = new(seed);

    public byte[] Next()
    {
        var bytes = (byte[])inputs[_random.Next(inputs.Count)].Clone();
        for (var change = 1 + (_random.Next(8) / 5); change > 0 && bytes.Length > 0; change--)
            bytes = Change(bytes);
        return bytes.Length <= bytesMax ? bytes : bytes[..bytesMax];
    }

    private byte[] Change(byte[] bytes)
    {
        var place = Place(bytes);
        switch (_random.Next(10))
        {
            case 0:
                bytes[place] ^= (byte)(1 << _random.Next(8));
                return bytes;
            case 1:
                bytes[place] = (byte)_random.Next(256);
                return bytes;
            case 2 or 3:
                return Write(bytes, place / 4 * 4, 4, Telling[_random.Next(Telling.Length)]);
            case 4 or 5:
                return Write(bytes, place / 8 * 8, 8, Telling[_random.Next(Telling.Length)]);
            case 6:
                return Write(bytes, place / 4 * 4, 4, _random.Next(-16, 64));
            case 7:
                return bytes[..place];
            case 8:
                var length = _random.Next(1, 65);
                return [.. bytes[..place], .. bytes[Math.Min(bytes.Length, place + length)..]];
            default:
                var other = inputs[_random.Next(inputs.Count)];
                var start = _random.Next(other.Length);
                var taken = other.AsSpan(start, Math.Min(_random.Next(1, 257), other.Length - start));
                return _random.Next(2) == 0
                    ? [.. bytes[..place], .. taken, .. bytes[place..]]
                    : [.. bytes[..place], .. taken, .. bytes[Math.Min(bytes.Length, place + taken.Length)..]];
        }
    }

    private int Place(byte[] bytes)
    {
        const int metadataReach = 600;
        var place = _random.Next(bytes.Length);
        if (_random.Next(2) == 0)
            return place;
        var marker = bytes.AsSpan(0, Math.Min(bytes.Length, place + 4)).LastIndexOf<byte>([0xff, 0xff, 0xff, 0xff]);
        return marker < 0 ? place : Math.Min(bytes.Length - 1, marker + _random.Next(metadataReach));
    }

    private static byte[] Write(byte[] bytes, int place, int width, long value)
    {
        Span<byte> written = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(written, value);
        var count = Math.Min(width, bytes.Length - place);
        written[..count].CopyTo(bytes.AsSpan(place));
        return bytes;
    }
}
