using FsCheck.Fluent;
using static MirroredInfluence.Core.Tests.Arbitraries;

namespace MirroredInfluence.Core.Tests;

public sealed class TopKTests
{
    [Theory]
    [InlineData(RankOrder.Proponents, new long[] { 1, 3, 0 })]
    [InlineData(RankOrder.Opponents, new long[] { 2, 0, 3 })]
    [InlineData(RankOrder.Absolute, new long[] { 2, 1, 3 })]
    public void EachOrder_RanksItsOwnWay(RankOrder rank, long[] rows)
    {
        var top = Of(rank, 3, [0f, 2f, -3f, 1f]);
        Assert.Equal(rows, top.ToSorted().Select(entry => entry.TrainRow));
    }

    [Fact]
    public void Ties_GoToTheSmallerTrainingRow()
    {
        var top = new TopK(2, RankOrder.Absolute);
        foreach (var row in new long[] { 9, 4, 7, 2 })
            top.Add(Entry(row, row % 2 == 0 ? 1f : -1f));
        Assert.Equal([2L, 4L], top.ToSorted().Select(entry => entry.TrainRow));
    }

    [Fact]
    public void MinusZero_TiesWithZero()
    {
        var top = Of(RankOrder.Proponents, 1, [-0f, 0f]);
        Assert.Equal(0, Assert.Single(top.ToSorted()).TrainRow);
    }

    [Fact]
    public void NaN_NeverRanks()
    {
        foreach (var rank in Enum.GetValues<RankOrder>())
            Assert.Equal([1L], Of(rank, 5, [float.NaN, 0f, float.NaN]).ToSorted().Select(entry => entry.TrainRow));
    }

    [Fact]
    public void FewerRowsThanK_AreAllKept() => Assert.Equal(2, Of(RankOrder.Proponents, 100, [1f, 2f]).Count);

    [Fact]
    public void AnyRows_AreRankedAsSortingAllOfThem() => ForAll(Floats, values =>
    {
        foreach (var rank in Enum.GetValues<RankOrder>())
        {
            var expected = values.Select((value, row) => Entry(row, value))
                .OrderByDescending(entry => rank.Score(entry.Influence)).ThenBy(entry => entry.TrainRow).Take(5);
            Assert.Equal(expected, Of(rank, 5, values).ToSorted());
        }
    });

    [Fact]
    public void AnyArrivalOrderAndSplit_KeepsTheSameEntries()
    {
        var shuffled = Float.ArrayOf().SelectMany(values =>
            Gen.Shuffle(Enumerable.Range(0, values.Length).ToArray()).SelectMany(order => Gen.Choose(0, values.Length).Select(cut => (values, order, cut))));
        ForAll(shuffled.ToArbitrary(), sample =>
        {
            var (values, order, cut) = sample;
            var left = new TopK(4, RankOrder.Proponents);
            var right = new TopK(4, RankOrder.Proponents);
            foreach (var (place, row) in order.Index())
                (place < cut ? left : right).Add(Entry(row, values[row]));
            left.Merge(right);
            Assert.Equal(Of(RankOrder.Proponents, 4, values).ToSorted(), left.ToSorted());
        });
    }

    [Fact]
    public void ListsThatRankOtherwise_DoNotMerge() =>
        Assert.Throws<ArgumentException>(() => new TopK(3, RankOrder.Absolute).Merge(new TopK(3, RankOrder.Proponents)));

    [Fact]
    public void AShorterList_MergesOnlyWhenItDroppedNothing()
    {
        var top = new TopK(3, RankOrder.Proponents);
        top.Merge(Of(RankOrder.Proponents, 2, [5f]));
        Assert.Equal(1, top.Count);
        Assert.Throws<ArgumentException>(() => top.Merge(Of(RankOrder.Proponents, 2, [1f, 2f, 3f])));
    }

    private static TopK Of(RankOrder rank, int capacity, float[] values)
    {
        var top = new TopK(capacity, rank);
        for (var row = 0; row < values.Length; row++)
            top.Add(Entry(row, values[row]));
        return top;
    }

    private static InfluenceEntry Entry(long row, float influence) =>
        new() { TrainRow = row, Influence = influence, LossDifference = influence, BaseLoss = 1 };
}
