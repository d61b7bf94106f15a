namespace MirroredInfluence.Arrow;

/// <summary>How the buffers of a record batch's body are stored.</summary>
public enum BodyCompression
{
    None,
    Lz4Frame,
    Zstd,
}
