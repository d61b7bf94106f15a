namespace MirroredInfluence;

/// <summary>
/// The best <see cref="Capacity"/> entries of all that were added, in a total order: better score first, then smaller training row. NaN never
/// ranks. The order is total, so any order of adding and any tree of merges keeps the same entries.
/// Invariant: <c>_heap[0]</c> is the worst entry kept, and every entry is at least as good as its parent.
/// </summary>
public sealed class TopK
{
    private readonly List<InfluenceEntry> _heap = [];
    private float _worstScore = float.NegativeInfinity;   // of _heap[0] once the heap is full; every number passes until then

    public TopK(int capacity, RankOrder rank)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        Capacity = capacity;
        Rank = rank;
    }

    public int Capacity { get; }

    public RankOrder Rank { get; }

    public int Count => _heap.Count;

    /// <summary>True when a row of this influence could be kept: one comparison that most rows fail, and NaN always.</summary>
    public bool MayKeep(float influence) => Rank.Score(influence) >= _worstScore;

    /// <summary>A training row is added once; its entry is kept or forgotten.</summary>
    public void Add(in InfluenceEntry entry)
    {
        if (!MayKeep(entry.Influence))
            return;
        if (_heap.Count < Capacity)
        {
            _heap.Add(entry);
            SiftUp(_heap.Count - 1);
        }
        else if (IsBetter(entry, _heap[0]))
        {
            _heap[0] = entry;
            SiftDown();
        }

        if (_heap.Count == Capacity)
            _worstScore = Rank.Score(_heap[0].Influence);
    }

    /// <exception cref="ArgumentException">The other list ranks otherwise, or has dropped entries that this one could keep.</exception>
    public void Merge(TopK other)
    {
        if (other.Rank != Rank || (other.Capacity < Capacity && other.Count == other.Capacity))
            throw new ArgumentException($"The best {Capacity} by {Rank} cannot be made of the best {other.Capacity} by {other.Rank}.", nameof(other));
        foreach (var entry in other._heap)
            Add(entry);
    }

    /// <summary>Best first.</summary>
    public InfluenceEntry[] ToSorted()
    {
        var entries = _heap.ToArray();
        Array.Sort(entries, (left, right) => IsBetter(left, right) ? -1 : IsBetter(right, left) ? 1 : 0);
        return entries;
    }

    private bool IsBetter(in InfluenceEntry left, in InfluenceEntry right)
    {
        var leftScore = Rank.Score(left.Influence);
        var rightScore = Rank.Score(right.Influence);
        return leftScore > rightScore || (leftScore == rightScore && left.TrainRow < right.TrainRow);
    }

    private void SiftUp(int index)
    {
        var entry = _heap[index];
        while (index > 0)
        {
            var parent = (index - 1) / 2;
            if (!IsBetter(_heap[parent], entry))
                break;
            _heap[index] = _heap[parent];
            index = parent;
        }

        _heap[index] = entry;
    }

    private void SiftDown()
    {
        var entry = _heap[0];
        var index = 0;
        while (true)
        {
            var child = (2 * index) + 1;
            if (child >= _heap.Count)
                break;
            if (child + 1 < _heap.Count && IsBetter(_heap[child], _heap[child + 1]))
                child++;
            if (!IsBetter(entry, _heap[child]))
                break;
            _heap[index] = _heap[child];
            index = child;
        }

        _heap[index] = entry;
    }
}
