using System.Buffers;
using System.Buffers.Binary;

namespace MirroredInfluence.Arrow;

/// <summary>Values of any length, one after the other, and where each ends.</summary>
internal sealed class OffsetBuffer(string columnName)
{
    private readonly ArrayBufferWriter<byte> _content = new();
    private readonly ArrayBufferWriter<byte> _offsets = Started();

    public ReadOnlyMemory<byte> Content => _content.WrittenMemory;

    public ReadOnlyMemory<byte> Offsets => _offsets.WrittenMemory;

    /// <exception cref="InvalidOperationException">32-bit offsets reach no further.</exception>
    public void Append(ReadOnlySpan<byte> value)
    {
        if (value.Length > Array.MaxLength - _content.WrittenCount)
            throw new InvalidOperationException($"A record batch holds at most 2 GiB of '{columnName}': write batches of fewer rows.");
        _content.Write(value);
        End(_offsets, _content.WrittenCount);
    }

    public void Clear()
    {
        _content.ResetWrittenCount();
        _offsets.ResetWrittenCount();
        End(_offsets, 0);
    }

    private static ArrayBufferWriter<byte> Started()
    {
        var offsets = new ArrayBufferWriter<byte>();
        End(offsets, 0);
        return offsets;
    }

    private static void End(ArrayBufferWriter<byte> offsets, int end)
    {
        BinaryPrimitives.WriteInt32LittleEndian(offsets.GetSpan(4), end);
        offsets.Advance(4);
    }
}
