namespace MirroredInfluence.Arrow;

/// <summary>A buffer as stored, checked to lie in the body.</summary>
/// <param name="Offset">From the start of the file.</param>
internal readonly record struct BufferRange(long Offset, long Length);
