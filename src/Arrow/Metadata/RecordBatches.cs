namespace MirroredInfluence.Arrow;

internal static class RecordBatches
{
    /// <summary>The record batch that holds a row of the file.</summary>
    public static int IndexOf(IReadOnlyList<RecordBatch> batches, long row)
    {
        var (low, high) = (0, batches.Count - 1);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (batches[middle].RowEnd <= row)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
