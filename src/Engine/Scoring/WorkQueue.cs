namespace MirroredInfluence.Engine;

/// <summary>Items that lanes pull in order, each once.</summary>
internal sealed class WorkQueue<T>(IReadOnlyList<T> items)
{
    private int _taken = -1;

    public bool TryTake(out T item)
    {
        var index = Interlocked.Increment(ref _taken);
        item = index < items.Count ? items[index] : default!;
        return index < items.Count;
    }
}
