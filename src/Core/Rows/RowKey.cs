namespace MirroredInfluence;

/// <summary>The 64-bit key of a row's noise: the same row has the same key in any mini-batch, shard or process.</summary>
public static class RowKey
{
    /// <param name="id">The row's id; null without an id column, or where the row's id is null.</param>
    /// <param name="rowIndex">0-based index in the whole training (or test) set.</param>
    public static ulong Of(RowId? id, long rowIndex) => id?.Key ?? (ulong)rowIndex;
}
