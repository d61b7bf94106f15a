using System.Collections.Immutable;

namespace MirroredInfluence.Engine;

/// <summary>Mini-batches as shards of their own.</summary>
internal static class ShardSample
{
    /// <summary>The mini-batch that holds a row.</summary>
    public static Shard MiniBatchOf(RunPlan plan, int miniBatchRows, long trainRow)
    {
        var (fileIndex, row) = plan.Locate(trainRow);
        return Of(plan, miniBatchRows, fileIndex, row / miniBatchRows);
    }

    /// <summary>Mini-batches drawn at random, and those that hold the given rows; all of the plan's shards when that is no less.</summary>
    /// <param name="rowCount">Rows to draw, rounded up to whole mini-batches; null draws all.</param>
    public static ImmutableArray<Shard> Draw(RunPlan plan, int miniBatchRows, IEnumerable<long> trainRows, int? rowCount, Random random)
    {
        var ends = new long[plan.Files.Length];   // mini-batches up to and including a file's
        for (var i = 0; i < ends.Length; i++)
            ends[i] = FirstOf(i) + ((plan.Files[i].RowCount + miniBatchRows - 1) / miniBatchRows);

        var drawnCount = (rowCount + miniBatchRows - 1) / miniBatchRows ?? ends[^1];
        var drawn = trainRows.Select(row => plan.Locate(row)).Select(at => FirstOf(at.FileIndex) + (at.Row / miniBatchRows)).ToHashSet();
        if (drawn.Count + drawnCount >= ends[^1])
            return plan.Shards;

        for (var wanted = drawn.Count + drawnCount; drawn.Count < wanted;)
            drawn.Add(random.NextInt64(ends[^1]));

        return [.. drawn.Order().Select(ToShard)];

        long FirstOf(int fileIndex) => fileIndex == 0 ? 0 : ends[fileIndex - 1];

        Shard ToShard(long miniBatchIndex, int shardIndex)
        {
            var fileIndex = Array.FindIndex(ends, end => miniBatchIndex < end);
            return Of(plan, miniBatchRows, fileIndex, miniBatchIndex - FirstOf(fileIndex)) with { ShardIndex = shardIndex };
        }
    }

    private static Shard Of(RunPlan plan, int miniBatchRows, int fileIndex, long miniBatchIndex)
    {
        var file = plan.Files[fileIndex];
        var rowStart = miniBatchIndex * miniBatchRows;
        return new Shard
        {
            ShardIndex = 0,
            FileIndex = fileIndex,
            Uri = file.Uri,
            FileDigest = file.Digest,
            FileRowOffset = plan.RowIndex(fileIndex, 0),
            FileRowCount = file.RowCount,
            RowStart = rowStart,
            RowCount = (int)Math.Min(miniBatchRows, file.RowCount - rowStart),
        };
    }
}
