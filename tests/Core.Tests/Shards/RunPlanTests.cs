using FsCheck.Fluent;
using static MirroredInfluence.Core.Tests.Arbitraries;

namespace MirroredInfluence.Core.Tests;

public sealed class RunPlanTests
{
    [Fact]
    public void AnyCut_CoversEachRowOnceAtMultiplesOfTheMiniBatch()
    {
        var cuts = Gen.Choose(0, 500).ArrayOf().SelectMany(rows =>
            Gen.Choose(1, 200).SelectMany(shardRows => Gen.Choose(1, 64).Select(miniBatchRows => (rows, shardRows, miniBatchRows))));
        ForAll(cuts.ToArbitrary(), cut =>
        {
            var plan = Cut(cut.shardRows, cut.miniBatchRows, cut.rows);
            var covered = plan.Shards.SelectMany(shard => Enumerable.Range(0, shard.RowCount).Select(i => shard.FileRowOffset + shard.RowStart + i));
            Assert.Equal(Enumerable.Range(0, cut.rows.Sum()).Select(row => (long)row), covered);
            Assert.All(plan.Shards, shard => Assert.Equal(0, shard.RowStart % cut.miniBatchRows));
            Assert.All(plan.Shards, shard => Assert.InRange(shard.RowCount, 1, cut.shardRows + cut.miniBatchRows - 1));
            Assert.Equal(Enumerable.Range(0, plan.Shards.Length), plan.Shards.Select(shard => shard.ShardIndex));
        });
    }

    [Fact]
    public void EveryRow_IsFoundInItsFile()
    {
        var plan = Cut(10, 4, 3, 0, 5, 0);
        Assert.Equal([(0, 0L), (0, 1), (0, 2), (2, 0), (2, 1), (2, 2), (2, 3), (2, 4)], Enumerable.Range(0, 8).Select(row => plan.Locate(row)));
        Assert.Throws<ArgumentOutOfRangeException>(() => plan.Locate(8));
        Assert.Throws<ArgumentOutOfRangeException>(() => plan.Locate(-1));
    }

    [Fact]
    public void AHugeShard_IsCutBelowTheLargestRowCount()
    {
        var plan = Cut(int.MaxValue, 32, [3_000_000_000]);
        Assert.Equal(2, plan.Shards.Length);
        Assert.Equal(0, plan.Shards[1].RowStart % 32);
    }

    [Fact]
    public void FilesWithoutRows_HaveNoShards() => Assert.Empty(Cut(10, 4, 0, 0).Shards);

    [Theory]
    [InlineData(new long[] { 2, 4 })]
    [InlineData(new long[] { 0, 4, 4 })]
    [InlineData(new long[] { 0, 9 })]
    [InlineData(new long[0])]
    public void StartsThatDoNotCoverTheFile_AreRefused(long[] starts)
    {
        var exception = Assert.Throws<MirroredException>(() => RunPlan.Of([File(0, 8)], _ => starts));
        Assert.Equal(FailureKind.Data, exception.Kind);
    }

    private static RunPlan Cut(int shardRows, int miniBatchRows, params int[] rowCounts) =>
        Cut(shardRows, miniBatchRows, rowCounts.Select(count => (long)count).ToArray());

    private static RunPlan Cut(int shardRows, int miniBatchRows, long[] rowCounts) =>
        RunPlan.Cut([.. rowCounts.Select((count, index) => File(index, count))], shardRows, miniBatchRows);

    private static DataFile File(int index, long rowCount) => new() { Uri = $"/data/{index}.arrow", Digest = $"{index}", RowCount = rowCount };
}
