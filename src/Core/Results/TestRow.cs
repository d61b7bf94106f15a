namespace MirroredInfluence;

/// <summary>A test row: 0-based file of <c>test.shards</c>, 0-based row of that file, and its id where the file names one.</summary>
public readonly record struct TestRow(int FileIndex, long Row, RowValue Id = default);
