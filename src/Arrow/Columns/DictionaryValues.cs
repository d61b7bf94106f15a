namespace MirroredInfluence.Arrow;

/// <summary>The values one dictionary had for one record batch: a first batch of values and the deltas after it.</summary>
internal sealed class DictionaryValues
{
    private readonly List<RecordBatch> _parts = [];
    private readonly List<long> _starts = [];       // of each part, in the dictionary

    public long Count { get; private set; }

    /// <summary>What each record batch of a file sees of dictionary <paramref name="id"/>; null before the first values.</summary>
    public static DictionaryValues?[] ByRecordBatch(IpcMetadata metadata, long id)
    {
        var seen = new DictionaryValues?[metadata.RecordBatches.Count];
        DictionaryValues? current = null;
        var recordBatch = 0;
        foreach (var values in metadata.DictionaryBatches.Where(values => values.Id == id))
        {
            for (; recordBatch < values.FirstRecordBatch; recordBatch++)
                seen[recordBatch] = current;
            if (current is null || !values.IsDelta)
                current = new DictionaryValues();
            current._starts.Add(current.Count);
            current._parts.Add(values.Values);
            current.Count += values.Values.RowCount;
        }

        Array.Fill(seen, current, recordBatch, seen.Length - recordBatch);
        return seen;
    }

    /// <param name="index">Below <see cref="Count"/>.</param>
    public (RecordBatch Part, long Row) Find(long index)
    {
        var place = _starts.BinarySearch(index);
        if (place < 0)
            place = ~place - 1;
        while (_parts[place].RowCount == 0)
            place++;
        return (_parts[place], index - _starts[place]);
    }
}
