namespace MirroredInfluence.Arrow;

/// <summary>A checked FlatBuffers table; fields are named by their slot in the schema (Schema.fbs, Message.fbs, File.fbs).</summary>
internal readonly struct FlatTable(FlatBuffer buffer, int position, int tableBytes, int vtable, int vtableBytes)
{
    public FlatBuffer Buffer => buffer;

    public bool Bool(int slot) => UInt8(slot) != 0;

    public byte UInt8(int slot) => FieldAt(slot, 1) is { } at ? buffer.UInt8(at) : (byte)0;

    public short Int16(int slot, short absent = 0) => FieldAt(slot, 2) is { } at ? (short)buffer.UInt16(at) : absent;

    public int Int32(int slot, int absent = 0) => FieldAt(slot, 4) is { } at ? buffer.Int32(at) : absent;

    public long Int64(int slot) => FieldAt(slot, 8) is { } at ? buffer.Int64(at) : 0;

    public string? Text(int slot) => FieldAt(slot, 4) is { } at ? buffer.TextAt(buffer.Follow(at)) : null;

    public FlatTable? Table(int slot) => FieldAt(slot, 4) is { } at ? buffer.TableAt(buffer.Follow(at)) : null;

    /// <summary>Empty when absent.</summary>
    public FlatVector Vector(int slot, int elementBytes) =>
        FieldAt(slot, 4) is { } at ? buffer.VectorAt(buffer.Follow(at), elementBytes) : default;

    private int? FieldAt(int slot, int fieldBytes)
    {
        var entry = 4 + (2 * slot);
        if (entry + 2 > vtableBytes)
            return null;
        var offset = buffer.UInt16(vtable + entry);
        if (offset == 0)
            return null;
        return offset >= 4 && offset <= tableBytes - fieldBytes
            ? position + offset
            : throw buffer.Malformed($"field {slot} of the table at byte {position:N0} lies outside of it");
    }
}
