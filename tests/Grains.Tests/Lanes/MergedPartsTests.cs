using Microsoft.Extensions.Logging.Abstractions;
using MirroredInfluence.Engine.Tests;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Grains.Tests.Lanes;

public sealed class MergedPartsTests : IDisposable
{
    private const int ShardCount = 10, Repeated = 3;

    private readonly Workbench _bench = new();
    private readonly SiloLanes _silo = new(new ComputeSpec { Lanes = 2, Cache = "none" }, TimeSpan.FromMilliseconds(5), TimeProvider.System);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _silo.Dispose();
        _bench.Dispose();
    }

    [Fact]
    public async Task ASiloThatDoesNotSeeThePreparedRunsFiles_LeavesItToOthers()
    {
        var spec = _bench.Spec();
        await _bench.RunAsync(spec);
        var order = new RunOrder { Directory = _bench.File("run"), Spec = RunSpecWriter.Write(spec with { Model = new ModelSpec { Uri = _bench.File("gone.pt") } }), Priority = 10, AllowPoisoned = false };
        var session = new LaneSession("session", order, preparation: null, _silo, TimeSpan.FromSeconds(1), _ => Task.FromResult(new ShardOrder { ShardIndex = -1, IsOver = false }), NullLogger.Instance);
        var failure = await Assert.ThrowsAsync<MirroredException>(() => session.RunAsync(Cancel));
        Assert.Equal(FailureKind.Unavailable, failure.Kind);
        Assert.Contains("gone.pt: there is no such model file", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ASessionLeavesWithTheMergedPartsOfTheShardsThatOnlyItHasDone()
    {
        var spec = _bench.Spec(train: new Images { RowCount = ShardCount * 8, NullRows = [5] });
        spec = spec with { Score = spec.Score with { MaxUnscorable = 1 }, Compute = spec.Compute with { ShardRows = 8 } };
        await _bench.RunAsync(spec);
        var order = new RunOrder { Directory = _bench.File("run"), Spec = RunSpecWriter.Write(spec), Priority = 10, AllowPoisoned = false };
        var (next, reports) = (-1, new List<LaneReport>());
        var session = new LaneSession("session", order, preparation: null, _silo, TimeSpan.FromSeconds(1), ExchangeAsync, NullLogger.Instance);
        await session.RunAsync(Cancel);
        await session.LeaveAsync(failure: null, isStopping: false, Cancel);

        var last = reports[^1];
        Assert.True(last.IsLeaving);
        Assert.Equal(Enumerable.Range(0, ShardCount).Where(shard => shard != Repeated), last.MergedShards!.Order());
        Assert.Equal(Enumerable.Range(0, ShardCount), reports.SelectMany(report => report.Done).Order());

        var directory = await RunDirectory.OpenAsync(_bench.Store("run"), Cancel);
        var plan = (await directory.TryGetPlanAsync(Cancel))!;
        Engine.PartMerge? expected = null;
        foreach (var shard in plan.Shards.Where(shard => shard.ShardIndex != Repeated))
        {
            var part = (await directory.TryGetPartAsync(shard, Cancel))!;
            (expected ??= new Engine.PartMerge(part.Queries, spec.Score)).Add(part);
        }

        Assert.Equal((8 * (ShardCount - 1), 1L), (expected!.RowCount, expected.Unscorable.Count));
        Assert.Equal(directory.Pack(expected.ToPart()), last.Merged);
        Assert.Equal(directory.Pack(expected.ToPart()), directory.Pack(directory.Unpack(last.Merged!, (int)expected.RowCount)));

        Task<ShardOrder> ExchangeAsync(LaneReport report)
        {
            lock (reports)
            {
                reports.Add(report);
                var shard = report.WantsShard && next + 1 < ShardCount ? ++next : -1;
                return Task.FromResult(new ShardOrder
                {
                    ShardIndex = shard,
                    IsOver = reports.Sum(told => told.Done.Length) == ShardCount,
                    Repeated = report.Done.Contains(Repeated) ? [Repeated] : null,
                });
            }
        }
    }
}
