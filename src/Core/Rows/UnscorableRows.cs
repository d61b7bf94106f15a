namespace MirroredInfluence;

/// <summary>
/// Unscorable rows, counted by reason, with the first of them by training row as a sample. Merges in any order to the same counts and sample.
/// </summary>
public sealed class UnscorableRows
{
    /// <summary>Rows a sample holds at most.</summary>
    public const int SampleCountMax = 100;

    private readonly long[] _counts = new long[Enum.GetValues<UnscorableReason>().Length];
    private readonly SortedList<long, UnscorableRow> _sample = [];

    /// <summary>Rows of every reason together.</summary>
    public long Count => _counts.Sum();

    /// <summary>Reasons that occur with their number of rows, in the order of <see cref="UnscorableReason"/>.</summary>
    public IEnumerable<KeyValuePair<UnscorableReason, long>> CountsByReason =>
        Enum.GetValues<UnscorableReason>().Where(reason => CountOf(reason) > 0).Select(reason => KeyValuePair.Create(reason, CountOf(reason)));

    /// <summary>The first <see cref="SampleCountMax"/> rows, by training row.</summary>
    public IReadOnlyList<UnscorableRow> Sample => _sample.Values.AsReadOnly();

    public long CountOf(UnscorableReason reason) => _counts[(int)reason];

    public void Add(UnscorableRow row)
    {
        AddCount(row.Reason, 1);
        AddToSample(row);
    }

    /// <summary>Counts rows that are in no sample: those of a part that is read back, and of a whole record batch.</summary>
    public void AddCount(UnscorableReason reason, long rowCount)
    {
        if (reason == UnscorableReason.None)
            throw new ArgumentException("A scorable row is not counted here.", nameof(reason));
        ArgumentOutOfRangeException.ThrowIfNegative(rowCount);
        _counts[(int)reason] = checked(_counts[(int)reason] + rowCount);
    }

    /// <summary>Puts a row that is already counted into the sample, if it is among the first.</summary>
    public void AddToSample(UnscorableRow row)
    {
        if (_sample.Count == SampleCountMax && row.TrainRow > _sample.GetKeyAtIndex(SampleCountMax - 1))
            return;
        _sample[row.TrainRow] = row;
        if (_sample.Count > SampleCountMax)
            _sample.RemoveAt(SampleCountMax);
    }

    public void Merge(UnscorableRows other)
    {
        foreach (var (reason, count) in other.CountsByReason)
            AddCount(reason, count);
        foreach (var row in other.Sample)
            AddToSample(row);
    }
}
