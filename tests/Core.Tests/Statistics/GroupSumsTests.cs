using static MirroredInfluence.Core.Tests.Arbitraries;

namespace MirroredInfluence.Core.Tests;

public sealed class GroupSumsTests
{
    [Fact]
    public void EachGroup_HasItsOwnMean()
    {
        var groups = new GroupSums();
        groups.Add("b", 1);
        groups.Add("a", 5);
        groups.Add("b", 2);
        Assert.Equal([("a", 1L, 5.0), ("b", 2L, 1.5)], groups.Sorted.Select(group => (group.Key, group.Value.Count, group.Value.Mean)));
    }

    [Fact]
    public void AnySplit_MergesToTheSameGroups() => ForAll(FloatsInParts, values =>
    {
        var whole = new GroupSums();
        var left = new GroupSums();
        var right = new GroupSums();
        foreach (var (index, (value, part)) in values.Index())
        {
            whole.Add($"{part}", value);
            (index % 2 == 0 ? left : right).Add($"{part}", value);
        }

        right.Merge(left);
        Assert.Equal(Describe(whole), Describe(right));
    });

    [Fact]
    public void OneGroupTooMany_IsRefusedWithWhatToDo()
    {
        var groups = new GroupSums();
        for (var i = 0; i < GroupSums.CountMax; i++)
            groups.Add($"{i}", 1);
        groups.Add("7", 1);
        var exception = Assert.Throws<MirroredException>(() => groups.Add("last", 1));
        Assert.Equal(FailureKind.Invalid, exception.Kind);
        Assert.Equal("train.group: found more than 10,000 groups, the last one 'last'; expected a column with few values. Name another column, or leave train.group out.", exception.Message);
    }

    private static IEnumerable<(string, long, double)> Describe(GroupSums groups) =>
        groups.Sorted.Select(group => (group.Key, group.Value.Count, group.Value.Mean));
}
