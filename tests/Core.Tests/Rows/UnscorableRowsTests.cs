using FsCheck.Fluent;
using static MirroredInfluence.Core.Tests.Arbitraries;

namespace MirroredInfluence.Core.Tests;

public sealed class UnscorableRowsTests
{
    [Fact]
    public void Rows_AreCountedByReason()
    {
        var rows = new UnscorableRows();
        rows.Add(new UnscorableRow(3, UnscorableReason.Null));
        rows.Add(new UnscorableRow(1, UnscorableReason.NonFiniteLoss));
        rows.Add(new UnscorableRow(2, UnscorableReason.Null));
        Assert.Equal(3, rows.Count);
        Assert.Equal([(UnscorableReason.Null, 2L), (UnscorableReason.NonFiniteLoss, 1L)], rows.CountsByReason.Select(pair => (pair.Key, pair.Value)));
        Assert.Equal([1L, 2, 3], rows.Sample.Select(row => row.TrainRow));
    }

    [Fact]
    public void AnyArrivalOrderAndSplit_KeepsTheFirstRowsAsSample() =>
        ForAll(Gen.Shuffle(Enumerable.Range(0, 250).ToArray()).ToArbitrary(), order =>
        {
            var left = new UnscorableRows();
            var right = new UnscorableRows();
            foreach (var (place, row) in order.Index())
                (place % 3 == 0 ? left : right).Add(new UnscorableRow(row, UnscorableReason.Null));
            left.Merge(right);
            Assert.Equal(250, left.Count);
            Assert.Equal(Enumerable.Range(0, UnscorableRows.SampleCountMax).Select(row => (long)row), left.Sample.Select(row => row.TrainRow));
        });

    [Fact]
    public void AScorableRow_IsNotCounted() =>
        Assert.Throws<ArgumentException>(() => new UnscorableRows().Add(new UnscorableRow(0, UnscorableReason.None)));
}
