namespace MirroredInfluence;

/// <summary>Influence of each group of training rows on one query. Rows without a group are in none.</summary>
public sealed class GroupSums
{
    /// <summary>Groups a run may have: every query keeps a sum per group in memory.</summary>
    public const int CountMax = 10_000;

    private readonly Dictionary<string, GroupSum> _groups = new(StringComparer.Ordinal);

    public int Count => _groups.Count;

    /// <summary>Ordinal order of names.</summary>
    public IEnumerable<KeyValuePair<string, GroupSum>> Sorted => _groups.OrderBy(group => group.Key, StringComparer.Ordinal);

    /// <exception cref="MirroredException">Invalid: more than <see cref="CountMax"/> groups.</exception>
    public void Add(string group, float influence) => Of(group).Add(influence);

    public void Merge(GroupSums other)
    {
        foreach (var (name, sum) in other._groups)
            Merge(name, sum);
    }

    public void Merge(string group, GroupSum sum) => Of(group).Merge(sum);

    private GroupSum Of(string group)
    {
        if (_groups.TryGetValue(group, out var sum))
            return sum;
        if (_groups.Count == CountMax)
            throw Failure.Invalid($"train.group: found more than {CountMax:N0} groups, the last one '{group}'; expected a column with few values. Name another column, or leave train.group out.");
        return _groups[group] = new GroupSum();
    }
}
