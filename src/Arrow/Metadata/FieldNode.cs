namespace MirroredInfluence.Arrow;

/// <summary>Values of one column, or child, in one record batch.</summary>
internal readonly record struct FieldNode(long Length, long NullCount);
