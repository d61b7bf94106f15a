using System.Diagnostics;
using MirroredInfluence.Engine;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Scale;

/// <summary>
/// What a worker's choices take, over a folder with a part of every second shard: those of its own share, and then as many of others'. The others have
/// records and seem to live.
/// </summary>
internal static class ChoiceScale
{
    private const int StolenCountMax = 2000;

    public static async Task MeasureAsync(int shardCount, int workerCount)
    {
        var folder = Directory.CreateTempSubdirectory("mirrored-scale-").FullName;
        try
        {
            // A process of its own, since what it needs is no worker's memory.
            await Process.Start(Environment.ProcessPath!, ["prepare", $"{shardCount}", $"{workerCount}", folder]).WaitForExitAsync();

            var store = new LocalObjectStore(folder);
            var place = new WorkerPlace(0, workerCount);
            var directory = await Measure.SecondsAsync("run.json read", () => RunDirectory.OpenAsync(store, CancellationToken.None));
            var plan = await Measure.SecondsAsync("plan.arrow read", () => directory.TryGetPlanAsync(CancellationToken.None));
            await using var crew = await Crew.JoinAsync(store, place, TimeProvider.System, CancellationToken.None);
            var share = await Measure.SecondsAsync("parts listed", () => ShardShare.OpenAsync(plan!, directory, crew, place, TimeProvider.System, CancellationToken.None));
            Take("own shards", share, shardCount / workerCount / 2);
            Take("shards of others", share, Math.Min(StolenCountMax, shardCount / 4));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public static async Task PrepareAsync(int shardCount, int workerCount, string folder)
    {
        var run = LargeRun.Of(shardCount);
        var store = new LocalObjectStore(folder);
        await (await RunDirectory.CreateOrOpenAsync(store, run.Manifest, CancellationToken.None)).PutPlanAsync(run.Plan, CancellationToken.None);
        Directory.CreateDirectory(Path.Combine(folder, "parts"));
        for (var shard = 0; shard < shardCount; shard += 2)
            await File.Create(Path.Combine(folder, "parts", $"{shard:D8}.arrow")).DisposeAsync();
        for (var worker = 1; worker < workerCount; worker++)
        {
            var other = await Crew.JoinAsync(store, new WorkerPlace(worker, workerCount) { BeatInterval = TimeSpan.FromHours(1) }, TimeProvider.System, CancellationToken.None);
            await other.HoldAsync((int)((long)worker * shardCount / workerCount) | 1, CancellationToken.None);
        }
    }

    private static void Take(string what, ShardShare share, int count)
    {
        var milliseconds = new double[count];
        for (var i = 0; i < count; i++)
        {
            var clock = Stopwatch.StartNew();
            var shard = share.Take(CancellationToken.None)!;
            milliseconds[i] = clock.Elapsed.TotalMilliseconds;
            var part = new ShardPart { ShardIndex = shard.ShardIndex, RowCount = shard.RowCount, Queries = [], Reductions = [], Unscorable = new UnscorableRows() };
            share.Committed(new ScoredShard(shard, part, [], HasNewBaseLosses: false, Losses: null), TimeSpan.FromSeconds(1));
        }

        Array.Sort(milliseconds);
        Console.WriteLine($"{count:N0} choices of {what}: median {milliseconds[count / 2]:N2} ms, 99 % below {milliseconds[count * 99 / 100]:N2} ms, longest {milliseconds[^1]:N2} ms");
    }
}
