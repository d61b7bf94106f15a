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
        Assert.Equal([8, 2, 7, 1, 6, 0], taken[3..]);
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

    public void Dispose() => _folder.Dispose();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Shards in the order in which a worker takes them when nobody else does.</summary>
    private async Task<int[]> TakeAllAsync(int shardCount, int workerIndex, int workerCount, TimeSpan? beat = null)
    {
        var place = new WorkerPlace(workerIndex, workerCount) { BeatInterval = beat ?? TimeSpan.FromMinutes(1) };
        var store = new LocalObjectStore(_folder.Path);
        var plan = RunPlan.Cut([new DataFile { Uri = "/train.arrow", Digest = new string('0', 64), RowCount = shardCount }], shardRows: 1, miniBatchRows: 1);
        var spec = new RunSpec { Model = new ModelSpec { Uri = "/model.pt" }, Train = new TrainSpec { Shards = ["/train.arrow"] }, Test = new TestSpec { Shards = ["/test.arrow"] } };
        var inputs = new RunInputs { ModelDigest = new string('0', 64), Train = plan.Files, Test = [], Columns = System.Collections.Immutable.ImmutableSortedDictionary<string, ColumnSpec>.Empty };
        var directory = await RunDirectory.CreateOrOpenAsync(store, RunManifest.Create(spec, inputs, "1"), Cancel);
        await using var crew = await Crew.JoinAsync(store, place, TimeProvider.System, Cancel);
        var share = new ShardShare(plan, directory, crew, place, TimeProvider.System);
        var taken = new List<int>();
        while (share.Take(Cancel) is { } shard)
        {
            taken.Add(shard.ShardIndex);
            var part = new ShardPart { ShardIndex = shard.ShardIndex, RowCount = 1, Queries = [], Reductions = [], Unscorable = new UnscorableRows() };
            share.Committed(new ScoredShard(shard, part, [], HasNewBaseLosses: false, Losses: null), TimeSpan.Zero);
        }

        return [.. taken];
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
