namespace MirroredInfluence.Arrow;

/// <summary>Decodes compressed buffers. Used by one thread at a time.</summary>
internal abstract class BodyDecoder : IDisposable
{
    /// <summary>Null for bodies that are stored as they are.</summary>
    /// <exception cref="MirroredException">Unavailable: the codec's library is not installed.</exception>
    public static BodyDecoder? For(BodyCompression compression) => compression switch
    {
        BodyCompression.Lz4Frame => new Lz4Decoder(),
        BodyCompression.Zstd => new ZstdDecoder(),
        _ => null,
    };

    /// <summary>True when the source decodes to exactly as many bytes as the destination holds.</summary>
    public abstract bool TryDecode(BufferView source, Span<byte> destination);

    public abstract void Dispose();
}
