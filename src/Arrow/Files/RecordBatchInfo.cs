namespace MirroredInfluence.Arrow;

/// <summary>One record batch as the file lists it.</summary>
/// <param name="RowStart">First row, 0-based within the file.</param>
/// <param name="BodyBytes">As stored, compressed or not.</param>
public readonly record struct RecordBatchInfo(long RowStart, long RowCount, long BodyBytes, BodyCompression Compression);
