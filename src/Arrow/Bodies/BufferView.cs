namespace MirroredInfluence.Arrow;

/// <summary>Checked bytes of one buffer, in the map or in a decoded body; valid while their owner is held.</summary>
internal readonly unsafe struct BufferView(byte* pointer, long length)
{
    public byte* Pointer { get; } = pointer;

    public long Length { get; } = length;

    public ReadOnlySpan<byte> Slice(long offset, int count)
    {
        if (offset < 0 || count < 0 || offset > Length - count)
            throw new ArgumentOutOfRangeException(nameof(offset));
        return new(Pointer + offset, count);
    }
}
