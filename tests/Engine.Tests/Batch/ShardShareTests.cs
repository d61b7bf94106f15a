using System.Collections.Immutable;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Engine.Tests.Batch;

public sealed class ShardShareTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task OwnShare_IsTakenFromTheFront_ThenTheOthersFromTheBack()
    {
        var taken = await TakeAllAsync(shardCount: 9, workerIndex: 1, workerCount: 3);
        Assert.Equal([3, 4, 5], taken[..3]);
        Assert.Equal([7, 2, 6, 1, 8, 0], taken[3..]);   // of worker 2's the last but one, since the last is for worker 0 to take
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 3)]
    [InlineData(3, 7)]
    [InlineData(1100, 64)]
    public async Task EveryShard_IsTakenOnce(int shardCount, int workerCount)
    {
        for (var worker = 0; worker < workerCount; worker += 1 + (workerCount / 3))
            Assert.Equal(Enumerable.Range(0, shardCount), (await TakeAllAsync(shardCount, worker, workerCount)).Order());
    }

    [Fact]
    public async Task ShardThatALivingWorkerHolds_ComesAfterAllOthers()
    {
        await RecordAsync(worker: 1, shard: 3);
        var taken = await TakeAllAsync(shardCount: 4, workerIndex: 0, workerCount: 2, beat: TimeSpan.FromMilliseconds(200));
        Assert.Equal([0, 1, 2, 3], taken);
    }

    /// <summary>Shards so short that hundreds go by between two beats; the first worker is so slow that the others do most of its share.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(8)]
    public async Task ShortShardsOfUnevenWorkers_AreHardlyEverScoredTwice(int workerCount)
    {
        const int ShardCount = 300;
        var store = new MemoryStore(TimeSpan.FromMilliseconds(1));
        var directory = await CreateAsync(store, ShardCount);
        await Task.WhenAll(Enumerable.Range(0, workerCount).Select(index => Task.Run(() => WorkAsync(index))));

        var attempts = store.PutCounts.Where(put => put.Key.StartsWith("parts/", StringComparison.Ordinal)).ToList();
        Assert.Equal(ShardCount, attempts.Count);
        Assert.InRange(attempts.Sum(put => put.Value), ShardCount, ShardCount * 1.03);

        async Task WorkAsync(int index)
        {
            var place = new WorkerPlace(index, workerCount) { BeatInterval = TimeSpan.FromSeconds(2) };
            await using var crew = await Crew.JoinAsync(store, place, TimeProvider.System, Cancel);
            var share = await ShardShare.OpenAsync(Plan(ShardCount), directory, crew, place, TimeProvider.System, Cancel);
            while (share.Take(Cancel) is { } shard)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(index == 0 ? 40 : 2 + index), Cancel);
                var scored = Scored(shard);
                await directory.PutPartAsync(scored.Part, shard, Cancel);
                share.Committed(scored, TimeSpan.FromMilliseconds(5));
            }
        }
    }

    public void Dispose() => _folder.Dispose();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Shards in the order in which a worker takes them when nobody else does.</summary>
    private async Task<int[]> TakeAllAsync(int shardCount, int workerIndex, int workerCount, TimeSpan? beat = null)
    {
        var place = new WorkerPlace(workerIndex, workerCount) { BeatInterval = beat ?? TimeSpan.FromMinutes(1) };
        var store = new LocalObjectStore(_folder.Path);
        var directory = await CreateAsync(store, shardCount);
        await using var crew = await Crew.JoinAsync(store, place, TimeProvider.System, Cancel);
        var share = await ShardShare.OpenAsync(Plan(shardCount), directory, crew, place, TimeProvider.System, Cancel);
        var taken = new List<int>();
        while (share.Take(Cancel) is { } shard)
        {
            taken.Add(shard.ShardIndex);
            share.Committed(Scored(shard), TimeSpan.Zero);
        }

        return [.. taken];
    }

    private static RunPlan Plan(int shardCount) =>
        RunPlan.Cut([new DataFile { Uri = "/train.arrow", Digest = new string('0', 64), RowCount = shardCount }], shardRows: 1, miniBatchRows: 1);

    private static Task<RunDirectory> CreateAsync(IObjectStore store, int shardCount)
    {
        var spec = new RunSpec { Model = new ModelSpec { Uri = "/model.pt" }, Train = new TrainSpec { Shards = ["/train.arrow"] }, Test = new TestSpec { Shards = ["/test.arrow"] } };
        var inputs = new RunInputs { ModelDigest = new string('0', 64), Train = Plan(shardCount).Files, Test = [], Columns = ImmutableSortedDictionary<string, ColumnSpec>.Empty };
        return RunDirectory.CreateOrOpenAsync(store, RunManifest.Create(spec, inputs, "1"), Cancel);
    }

    private static ScoredShard Scored(Shard shard)
    {
        var reduction = new QueryReduction(1, RankOrder.Absolute);
        reduction.Add(shard.FileRowOffset + shard.RowStart, 1, 1, 1);
        var part = new ShardPart { ShardIndex = shard.ShardIndex, RowCount = 1, Queries = ["q"], Reductions = [reduction], Unscorable = new UnscorableRows() };
        return new ScoredShard(shard, part, [], HasNewBaseLosses: false, Losses: null);
    }

    private async Task RecordAsync(int worker, int shard) => await new WorkerLog(new LocalObjectStore(_folder.Path)).BeginAsync(
        new WorkerRecord
        {
            WorkerIndex = worker,
            WorkerCount = worker + 1,
            Session = 0,
            Host = "other",
            ProcessId = 1,
            StartedAt = DateTimeOffset.UnixEpoch,
            SeenAt = DateTimeOffset.UnixEpoch,
            Beat = 1,
            Shards = [shard],
        },
        Cancel);
}
