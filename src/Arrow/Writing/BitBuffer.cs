namespace MirroredInfluence.Arrow;

/// <summary>A growing bitmap, least significant bit first.</summary>
internal sealed class BitBuffer
{
    private byte[] _bytes = new byte[64];

    public int Count { get; private set; }

    /// <summary>Bits that are 0.</summary>
    public int ZeroCount { get; private set; }

    public ReadOnlyMemory<byte> Bytes => _bytes.AsMemory(0, (Count + 7) / 8);

    public void Append(bool bit)
    {
        if (Count / 8 == _bytes.Length)
            Array.Resize(ref _bytes, 2 * _bytes.Length);
        if (bit)
            _bytes[Count / 8] |= (byte)(1 << (Count % 8));
        else
            ZeroCount++;
        Count++;
    }

    public void Clear()
    {
        Array.Clear(_bytes);
        Count = 0;
        ZeroCount = 0;
    }
}
