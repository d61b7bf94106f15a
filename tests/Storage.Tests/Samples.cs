using System.Collections.Immutable;

namespace MirroredInfluence.Storage.Tests;

/// <summary>A small run: 100 rows of two files, in shards of at most 32.</summary>
internal static class Samples
{
    public static RunManifest Manifest { get; } = RunManifest.Create(
        new RunSpec
        {
            Model = new ModelSpec { Uri = "/m.pt" },
            Train = new TrainSpec { Shards = ["/a", "/b", "/c"], Id = "key" },
            Test = new TestSpec { Shards = ["/t"] },
            Score = new ScoreSpec { TopK = 3, MiniBatchRows = 8 },
        },
        new RunInputs
        {
            ModelDigest = "m",
            Train = [File("/a", 60), File("/b", 0), File("/c", 40)],
            Test = [File("/t", 2)],
            Columns = ImmutableSortedDictionary<string, ColumnSpec>.Empty,
        },
        "1.0");

    public static RunPlan Plan { get; } = RunPlan.Cut(Manifest.Inputs.Train, 32, 8);

    /// <summary>An answer with ties, every kind of id, groups and unscorable rows; other seeds have other influence.</summary>
    public static ShardPart Part(Shard shard, int queryCount = 2, int seed = 1, int topK = 3)
    {
        var random = new Random(seed + shard.ShardIndex);
        var unscorable = new UnscorableRows();
        unscorable.Add(new UnscorableRow(shard.FileRowOffset + shard.RowStart, UnscorableReason.Null, RowValue.Of("first")));
        unscorable.Add(new UnscorableRow(shard.FileRowOffset + shard.RowStart + 1, UnscorableReason.NonFiniteLoss));
        var reductions = Enumerable.Range(0, queryCount).Select(query =>
        {
            var reduction = new QueryReduction(topK, RankOrder.Proponents);
            for (var row = query == 0 ? 1 : 2; row < shard.RowCount; row++)   // row 1 is no number under the other queries only
                reduction.Add(shard.FileRowOffset + shard.RowStart + row, random.Next(-50, 50) / 16f, random.NextSingle(), random.NextSingle(), row == 1 ? "a" : row % 3 == 0 ? "grün" : "b");
            return WithIds(reduction, topK);
        });
        return new ShardPart
        {
            ShardIndex = shard.ShardIndex,
            RowCount = shard.RowCount,
            Queries = [.. Enumerable.Range(0, queryCount).Select(query => $"test-{query}")],
            Reductions = [.. reductions],
            Unscorable = unscorable,
        };
    }

    /// <summary>All of a part in words, to compare.</summary>
    public static string Describe(ShardPart part) => string.Join('\n',
    [
        $"{part.ShardIndex} {part.RowCount} {string.Join(' ', part.Queries)} {string.Join(' ', part.Unscorable.CountsByReason)} {string.Join(' ', part.Unscorable.Sample)}",
        .. part.Reductions.Select(reduction =>
            $"{reduction.Moments.Count} {reduction.Moments.Sum.ToBigInteger()} {reduction.Moments.SumOfSquares.ToBigInteger()} "
            + $"{string.Join(' ', reduction.Top.ToSorted())} {string.Join(' ', reduction.Histogram.Bins)} "
            + string.Join(' ', reduction.Groups.Sorted.Select(group => $"{group.Key} {group.Value.Count} {group.Value.Sum.ToBigInteger()}"))),
    ]);

    private static DataFile File(string uri, long rowCount) => new() { Uri = uri, Digest = "digest of " + uri, RowCount = rowCount };

    private static QueryReduction WithIds(QueryReduction reduction, int topK)
    {
        var top = new TopK(topK, RankOrder.Proponents);
        foreach (var entry in reduction.Top.ToSorted())
            top.Add(entry with { Id = Id(entry.TrainRow) });
        return new QueryReduction(top, reduction.Moments, reduction.Histogram, reduction.Groups);
    }

    private static RowValue Id(long row) => (row % 5) switch
    {
        0 => RowValue.Null,
        1 => RowValue.Of(-row),
        2 => RowValue.Of(ulong.MaxValue - (ulong)row),
        3 => RowValue.Of($"Zeile {row} ☃"),
        _ => RowValue.Of([0, (byte)row, 255]),
    };
}
