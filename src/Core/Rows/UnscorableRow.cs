namespace MirroredInfluence;

/// <summary>A training row without influence, and why.</summary>
public readonly record struct UnscorableRow(long TrainRow, UnscorableReason Reason, RowValue Id = default);
