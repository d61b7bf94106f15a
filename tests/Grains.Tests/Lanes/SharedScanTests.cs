using Microsoft.Extensions.Logging.Abstractions;
using MirroredInfluence.Engine.Tests;

namespace MirroredInfluence.Grains.Tests.Lanes;

public sealed class SharedScanTests : IDisposable
{
    private const int RowCount = 800, ShardRows = 8, ShardCount = RowCount / ShardRows;

    private readonly Workbench _bench = new();
    private readonly SiloLanes _silo = new(new ComputeSpec { Lanes = 1, Cache = "none" }, TimeSpan.FromMilliseconds(5), TimeProvider.System);
    private readonly RunSpec _spec;

    public SharedScanTests() =>
        _spec = _bench.Spec(train: new Images { RowCount = RowCount, NullRows = [3, 500] }) with { Compute = new ComputeSpec { Lanes = 1, ShardRows = ShardRows, Cache = "none" } };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _silo.Dispose();
        _bench.Dispose();
    }

    [Fact]
    public async Task ARunThatComesLater_JoinsThePassWhereItIs_AndScoresWhatItMissedAfterwards()
    {
        var (spec, other) = (Lenient(_spec), Lenient(_spec) with { Ascent = _spec.Ascent with { LearningRate = _spec.Ascent.LearningRate / 2 } });
        var (expected, otherExpected) = (await PrepareAsync(spec, "first"), await PrepareAsync(other, "second"));

        Shards first = new(), second = new();
        Task? later = null;
        first.Before = async shard =>
        {
            if (shard != 30)
                return;
            later = RunAsync(other, "second", second);
            await JoinedAsync(later);
        };
        await RunAsync(spec, "first", first);
        await later!;

        Assert.Equal(Enumerable.Range(0, ShardCount), first.Led);
        Assert.Empty(first.Joined);
        Assert.Equal(Enumerable.Range(0, 30), second.Led);
        Assert.Equal(Enumerable.Range(30, ShardCount - 30), second.Joined);
        Assert.Equal(expected, _bench.Parts("first"));
        Assert.Equal(otherExpected, _bench.Parts("second"));
    }

    [Fact]
    public async Task WhatEndsOneRun_DoesNotEndAnotherInItsScan()
    {
        var (spec, strict) = (Lenient(_spec), _spec with { Score = _spec.Score with { TopK = 5, MaxUnscorable = 0 } });
        var expected = await PrepareAsync(spec, "lenient");
        await PrepareAsync(strict with { Score = strict.Score with { MaxUnscorable = 1 } }, "strict");

        Shards lenientShards = new(), strictShards = new();
        Task? run = null;
        strictShards.Before = async shard =>
        {
            if (shard != 0)
                return;
            run = RunAsync(spec, "lenient", lenientShards);
            await JoinedAsync(run);
        };
        var failure = await Assert.ThrowsAsync<MirroredException>(() => RunAsync(strict, "strict", strictShards));
        await run!;
        Assert.Contains(0, lenientShards.Joined);
        Assert.StartsWith("1 of 800 training rows cannot be scored so far; ", failure.Message, StringComparison.Ordinal);
        Assert.Equal(expected, _bench.Parts("lenient"));
    }

    [Fact]
    public async Task RunsOfAnotherScan_AreNotScoredTogether()
    {
        var (spec, other) = (Lenient(_spec), Lenient(_spec) with { Score = _spec.Score with { MaxUnscorable = 1, MiniBatchRows = 4 } });
        var (expected, otherExpected) = (await PrepareAsync(spec, "first"), await PrepareAsync(other, "second"));
        Shards first = new(), second = new();
        await Task.WhenAll(RunAsync(spec, "first", first), RunAsync(other, "second", second));
        Assert.Empty(first.Joined);
        Assert.Empty(second.Joined);
        Assert.Equal(expected, _bench.Parts("first"));
        Assert.Equal(otherExpected, _bench.Parts("second"));
    }

    private static RunSpec Lenient(RunSpec spec) => spec with { Score = spec.Score with { MaxUnscorable = 1 } };

    private async Task JoinedAsync(Task later)
    {
        while (_silo.Lanes.RunCount < 2)
        {
            Assert.False(later.IsCompleted, later.Exception?.Message);
            await Task.Delay(1, Cancel);
        }
    }

    /// <summary>Plans and ascends the run, and takes its parts away.</summary>
    private async Task<Dictionary<string, byte[]>> PrepareAsync(RunSpec spec, string directory)
    {
        await _bench.RunAsync(spec, directory);
        var parts = _bench.Parts(directory);
        Directory.Delete(Path.Combine(_bench.File(directory), "parts"), recursive: true);
        return parts;
    }

    private Task RunAsync(RunSpec spec, string directory, Shards shards)
    {
        var order = new RunOrder { Directory = _bench.File(directory), Spec = RunSpecWriter.Write(spec), Priority = 10, AllowPoisoned = false };
        return Task.Run(() => new LaneSession(directory, order, preparation: null, _silo, TimeSpan.FromMilliseconds(100), shards.ExchangeAsync, NullLogger.Instance).RunAsync(Cancel), Cancel);
    }

    /// <summary>A coordinator, as a silo sees it.</summary>
    private sealed class Shards
    {
        private readonly ShardBoard _board = new(AnyShards.Cut(ShardCount), [], TimeProvider.System, TimeSpan.FromMinutes(1));

        public List<int> Led { get; } = [];

        public List<int> Joined { get; } = [];

        public Func<int, Task> Before { get; set; } = _ => Task.CompletedTask;

        public async Task<ShardOrder> ExchangeAsync(LaneReport report)
        {
            int? shard;
            bool isOver;
            lock (_board)
            {
                foreach (var done in report.Done)
                    _board.MarkDone(done);
                _board.Hear(report.Session, report.InHand);
                shard = report.WantsShard ? _board.Take(report.Session, report.WantedShard) : null;
                isOver = _board.LeftCount == 0;
                if (shard is { } taken)
                    (report.WantedShard is null ? Led : Joined).Add(taken);
            }

            await Before(shard ?? -1);
            return new ShardOrder { ShardIndex = shard ?? -1, IsOver = isOver };
        }
    }
}
