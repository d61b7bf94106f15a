using MirroredInfluence.Engine;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Scale;

/// <summary>Parts → result, from a store that makes each part when it is read. What making them takes is measured alone, and taken off.</summary>
internal static class ReduceScale
{
    private const int SampleCount = 1000, ShardsPerFile = 100;

    public static async Task MeasureAsync(int shardCount, int queryCount, int topK)
    {
        var store = new PartsMadeOnDemand(LargeRun.Of(shardCount, ShardsPerFile, topK), queryCount, topK);
        var directory = await store.CreateAsync();
        await MakeAsync(store, SampleCount);   // until the code is compiled
        var (making, bytes) = await MakeAsync(store, SampleCount);

        using var data = new DataFiles(new ObjectCache(folder: null, long.MaxValue, TimeProvider.System), TimeProvider.System, CancellationToken.None);
        var start = Environment.CpuUsage.TotalTime;
        await Measure.SecondsAsync(
            $"{shardCount:N0} parts of {queryCount:N0} queries × {topK:N0} and {bytes / 1e3:N0} kB made and reduced",
            () => new Reducer(data, TimeProvider.System).ReduceScoredAsync(directory, [.. store.Queries.Select(name => new Query { Name = name, Rows = [] })], [], CancellationToken.None));
        var whole = (Environment.CpuUsage.TotalTime - start).TotalMilliseconds / shardCount;
        Console.WriteLine($"processor time a part: {whole:N2} ms, {whole - making:N2} of them to reduce it");
    }

    private static async Task<(double Milliseconds, long Bytes)> MakeAsync(PartsMadeOnDemand store, int count)
    {
        var (start, bytes) = (Environment.CpuUsage.TotalTime, 0L);
        for (var shard = 0; shard < count; shard++)
            bytes += (await store.GetAsync(PartsMadeOnDemand.PartKey(shard), CancellationToken.None))!.Length;
        return ((Environment.CpuUsage.TotalTime - start).TotalMilliseconds / count, bytes / count);
    }
}
