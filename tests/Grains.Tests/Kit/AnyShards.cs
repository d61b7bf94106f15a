using System.Collections.Immutable;

namespace MirroredInfluence.Grains.Tests;

internal static class AnyShards
{
    /// <summary>Shards of a row each.</summary>
    /// <param name="counts">By file.</param>
    public static ImmutableArray<Shard> Cut(params IEnumerable<int> counts) =>
        RunPlan.Cut([.. counts.Select((count, file) => new DataFile { Uri = $"/{file}.arrow", Digest = $"{file:D64}", RowCount = count })], shardRows: 1, miniBatchRows: 1).Shards;
}
