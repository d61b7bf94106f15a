namespace MirroredInfluence.Arrow;

/// <summary>
/// Values that record batches from <see cref="FirstRecordBatch"/> on point into: a new dictionary, or more of the one before.
/// </summary>
internal sealed record DictionaryBatch(long Id, bool IsDelta, int FirstRecordBatch, RecordBatch Values);
