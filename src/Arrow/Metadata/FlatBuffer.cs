using System.Buffers.Binary;
using System.Text;

namespace MirroredInfluence.Arrow;

/// <summary>
/// A FlatBuffers message, copied out of the file and walked with every offset checked. Its tables may refer to the same bytes many times,
/// so what is read from it is charged to a budget of a few times its size: a small buffer cannot unfold into a large schema.
/// </summary>
internal sealed class FlatBuffer(byte[] bytes, string where)
{
    // About what one costs once it is unfolded.
    private const int TableCharge = 64;

    private long _budgetBytes = (16L * bytes.Length) + 1024;

    /// <summary>The file and the message, for failures.</summary>
    public string Where => where;

    public FlatTable Root() => TableAt(Follow(0));

    public MirroredException Malformed(string found) => Failure.Data($"{where}: the metadata is malformed: {found}.");

    public byte UInt8(int position) => Slice(position, 1)[0];

    public ushort UInt16(int position) => BinaryPrimitives.ReadUInt16LittleEndian(Slice(position, 2));

    public int Int32(int position) => BinaryPrimitives.ReadInt32LittleEndian(Slice(position, 4));

    public long Int64(int position) => BinaryPrimitives.ReadInt64LittleEndian(Slice(position, 8));

    /// <summary>The position that the unsigned offset at <paramref name="position"/> leads to; offsets lead forward only.</summary>
    public int Follow(int position)
    {
        var target = position + (long)(uint)Int32(position);
        return target < bytes.Length
            ? (int)target
            : throw Malformed($"an offset at byte {position:N0} leads to byte {target:N0} of {bytes.Length:N0}");
    }

    public FlatTable TableAt(int position)
    {
        Charge(TableCharge);
        var vtable = position - (long)Int32(position);
        if (vtable < 0 || vtable > bytes.Length - 4)
            throw Malformed($"the table at byte {position:N0} has its vtable at byte {vtable:N0} of {bytes.Length:N0}");
        var vtableBytes = UInt16((int)vtable);
        var tableBytes = UInt16((int)vtable + 2);
        if (vtableBytes < 4 || vtableBytes > bytes.Length - vtable)
            throw Malformed($"the vtable at byte {vtable:N0} claims {vtableBytes:N0} bytes of {bytes.Length:N0}");
        if (tableBytes < 4 || tableBytes > bytes.Length - position)
            throw Malformed($"the table at byte {position:N0} claims {tableBytes:N0} bytes of {bytes.Length:N0}");
        return new FlatTable(this, position, tableBytes, (int)vtable, vtableBytes);
    }

    public FlatVector VectorAt(int position, int elementBytes)
    {
        var count = Int32(position);
        if (count < 0 || (long)count * elementBytes > bytes.Length - position - 4)
        {
            throw Malformed(
                $"the vector at byte {position:N0} claims {(uint)count:N0} elements of {elementBytes} bytes of {bytes.Length:N0}");
        }

        Charge((long)count * elementBytes);
        return new FlatVector(this, position + 4, count, elementBytes);
    }

    public string TextAt(int position)
    {
        var text = VectorAt(position, 1);
        return Encoding.UTF8.GetString(bytes, text.Start, text.Count);
    }

    private ReadOnlySpan<byte> Slice(int position, int count) =>
        position >= 0 && position <= bytes.Length - count
            ? bytes.AsSpan(position, count)
            : throw Malformed($"{count} bytes are needed at byte {position:N0} of {bytes.Length:N0}");

    private void Charge(long chargedBytes)
    {
        _budgetBytes -= chargedBytes;
        if (_budgetBytes < 0)
            throw Malformed($"its {bytes.Length:N0} bytes unfold into more than 16 times as many");
    }
}
