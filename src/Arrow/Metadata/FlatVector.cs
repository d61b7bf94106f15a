namespace MirroredInfluence.Arrow;

/// <summary>A checked FlatBuffers vector of structs, of numbers, or of offsets to tables.</summary>
internal readonly struct FlatVector(FlatBuffer buffer, int start, int count, int elementBytes)
{
    public int Start => start;

    public int Count => count;

    /// <summary>The table that offset <paramref name="index"/> leads to.</summary>
    public FlatTable Table(int index) => buffer.TableAt(buffer.Follow(At(index)));

    /// <param name="offset">Within the element, in bytes.</param>
    public long Int64(int index, int offset = 0) => buffer.Int64(At(index) + offset);

    public int Int32(int index, int offset) => buffer.Int32(At(index) + offset);

    private int At(int index) => start + (index * elementBytes);
}
