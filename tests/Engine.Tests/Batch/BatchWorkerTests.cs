using System.Collections.Concurrent;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Engine.Tests.Batch;

public sealed class BatchWorkerTests : IDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(100);

    private readonly Workbench _bench = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public async Task AnyNumberOfWorkers_MakeTheResultOfOneEngine(int workerCount)
    {
        var spec = _bench.Spec();
        var expected = RunText.Of(await _bench.RunAsync(spec));
        Assert.Equal(expected, RunText.Of(await WorkAsync(spec, "shared", workerCount)));
        Assert.Equal(_bench.Parts(), _bench.Parts("shared"));
    }

    [Fact]
    public async Task OneLivingWorker_DoesWhatTheOthersOfThePlaceWouldHaveDone()
    {
        var spec = _bench.Spec();
        var expected = RunText.Of(await _bench.RunAsync(spec));
        Assert.Equal(expected, RunText.Of(await WorkAsync(spec, "alone", workerCount: 4, start: 1, indexOfFirst: 2)));
    }

    /// <summary>An hour's beat: whoever waited for a sign of the other seven would not be done in a minute.</summary>
    [Fact(Timeout = 60_000)]
    public async Task WorkersThatNeverBegan_AreNotWaitedFor()
    {
        var spec = _bench.Spec();
        var expected = RunText.Of(await _bench.RunAsync(spec));
        var written = new ConcurrentBag<RunResult>();
        await Worker(5, 8, written, TimeSpan.FromHours(1)).RunAsync(spec, _bench.Store("early"), allowPoisoned: false, Cancel);
        Assert.Equal(expected, RunText.Of(Assert.Single(written)));
    }

    [Fact]
    public async Task UnscorableRowsOfAllWorkers_AreHeldToTheLimitTogether()
    {
        var spec = _bench.Spec(train: new Images { NullRows = [3, 40, 70, 99] });
        spec = spec with { Score = spec.Score with { MaxUnscorable = 0.03 } };
        var refused = await Assert.ThrowsAsync<MirroredException>(() => WorkAsync(spec, "spoilt", workerCount: 4));
        Assert.Equal(FailureKind.Data, refused.Kind);
        Assert.Contains("4 of 100 training rows cannot be scored so far; expected at most 3 %", refused.Message, StringComparison.Ordinal);
        Assert.Contains("train.arrow:3 (id 1003, null)", refused.Message, StringComparison.Ordinal);

        var allowed = await WorkAsync(spec with { Score = spec.Score with { MaxUnscorable = 0.04 } }, "spoilt", workerCount: 4);
        Assert.Equal(4, allowed.Unscorable.Count);
    }

    [Fact]
    public async Task RunThatWasBegunLocally_IsFinishedByWorkers()
    {
        var spec = _bench.Spec();
        var expected = RunText.Of(await _bench.RunAsync(spec));
        File.Delete(Path.Combine(_bench.File("run"), "parts", "00000001.arrow"));
        Assert.Equal(expected, RunText.Of(await WorkAsync(spec, "run", workerCount: 3)));
    }

    [Fact]
    public async Task AscentAndPlan_AreMadeOnce()
    {
        var spec = _bench.Spec();
        var attempts = new ConcurrentBag<string>();
        var store = new WatchedStore(_bench.Store("once"), attempts.Add);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(index => Task.Run(() => Worker(index, 3, [], patience: TimeSpan.FromSeconds(5)).RunAsync(spec, store, allowPoisoned: false, Cancel), Cancel)));
        Assert.Equal(3, attempts.Count(key => key.StartsWith("weights/", StringComparison.Ordinal)));
        Assert.Single(attempts, "plan.arrow");
    }

    [Fact]
    public async Task DirectoryOfAnotherSpec_IsRefused()
    {
        var spec = _bench.Spec();
        await _bench.RunAsync(spec);
        var other = spec with { Ascent = spec.Ascent with { LearningRate = 0.25 } };
        var exception = await Assert.ThrowsAsync<MirroredException>(() => WorkAsync(other, "run", workerCount: 1));
        Assert.Equal(FailureKind.Invalid, exception.Kind);
        Assert.Contains("learningRate", exception.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_bench.File("run"), "workers")));
    }

    [Fact]
    public async Task RequestThatCannotBeComputed_BeginsNoRun()
    {
        var spec = _bench.Spec();
        var impossible = spec with { Ascent = spec.Ascent with { Trainable = ["nothing*"] } };
        await Assert.ThrowsAsync<MirroredException>(() => WorkAsync(impossible, "begun", workerCount: 1));
        Assert.False(File.Exists(Path.Combine(_bench.File("begun"), "run.json")));
        await WorkAsync(spec, "begun", workerCount: 1);
    }

    [Fact]
    public async Task FileThatIsAnotherHere_IsRefused()
    {
        var spec = _bench.Spec();
        await _bench.RunAsync(spec);
        File.Delete(Path.Combine(_bench.File("run"), "parts", "00000001.arrow"));
        new Images { FirstRow = 1 }.Write(_bench.File("train.arrow"));
        var exception = await Assert.ThrowsAsync<MirroredException>(() => WorkAsync(spec, "run", workerCount: 1));
        Assert.Equal(FailureKind.Data, exception.Kind);
        Assert.Contains("Every worker must see the same files", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ShardThatKilledThreeWorkers_IsSetAside()
    {
        var spec = _bench.Spec();
        await DieAtAsync("poison", shardIndex: 2, sessionCount: 3);
        var exception = await Assert.ThrowsAsync<MirroredException>(() => WorkAsync(spec, "poison", workerCount: 2));
        Assert.Equal(FailureKind.Data, exception.Kind);
        Assert.Contains("rows 64 to 95 (workers 7-0, 7-1, 7-2)", exception.Message, StringComparison.Ordinal);
        Assert.Equal(3, _bench.Parts("poison").Count);

        var directory = await RunDirectory.OpenAsync(_bench.Store("poison"), Cancel);
        var reducer = new Reducer(AnyFiles.Data, TimeProvider.System);
        var refused = await Assert.ThrowsAsync<MirroredException>(() => reducer.ReduceAsync(directory, allowPoisoned: false, Cancel));
        Assert.Equal((exception.Kind, exception.Message), (refused.Kind, refused.Message));

        var allowed = await WorkAsync(spec, "poison", workerCount: 2, allowPoisoned: true);
        Assert.Equal(RunText.Of(allowed), RunText.Of(await reducer.ReduceAsync(directory, allowPoisoned: true, Cancel)));
        Assert.Equal((68, 32), (allowed.ScoredRows, allowed.Unscorable.CountOf(UnscorableReason.PoisonedShard)));
    }

    /// <summary>Files go as the last part is committed. A worker that ends so is started again by any scheduler.</summary>
    [Theory]
    [InlineData("plan.arrow")]
    [InlineData("parts/*")]
    public async Task FilesThatGoDuringARun_AreMadeAgainByTheNext(string gone)
    {
        var spec = _bench.Spec();
        var expected = RunText.Of(await _bench.RunAsync(spec));
        var folder = _bench.File("going");
        var partCount = 0;
        var store = new WatchedStore(_bench.Store("going"), key =>
        {
            if (!key.StartsWith("parts/", StringComparison.Ordinal) || Interlocked.Increment(ref partCount) != _bench.Parts().Count)
                return;
            foreach (var path in Directory.GetFiles(Path.Combine(folder, Path.GetDirectoryName(gone)!), Path.GetFileName(gone)))
                File.Delete(path);
        });

        var exception = await Assert.ThrowsAsync<MirroredException>(() => Worker(0, 1, []).RunAsync(spec, store, allowPoisoned: false, Cancel));
        Assert.Equal(FailureKind.Unavailable, exception.Kind);
        Assert.StartsWith(Path.Combine(folder, gone.TrimEnd('*')), exception.Message, StringComparison.Ordinal);
        Assert.Contains(".arrow: has gone from the run directory while the run was under way", exception.Message, StringComparison.Ordinal);
        Assert.Equal(expected, RunText.Of(await WorkAsync(spec, "going", workerCount: 1)));
    }

    [Fact]
    public async Task ManifestThatIsGone_IsMadeAgain()
    {
        var spec = _bench.Spec();
        var expected = RunText.Of(await _bench.RunAsync(spec));
        File.Delete(Path.Combine(_bench.File("run"), "run.json"));
        File.Delete(Path.Combine(_bench.File("run"), "parts", "00000001.arrow"));
        Assert.Equal(expected, RunText.Of(await WorkAsync(spec, "run", workerCount: 1)));
    }

    [Fact]
    public async Task ShardThatKilledTwoWorkers_IsScored()
    {
        var spec = _bench.Spec();
        var expected = RunText.Of(await _bench.RunAsync(spec));
        await DieAtAsync("suspect", shardIndex: 0, sessionCount: 2);
        Assert.Equal(expected, RunText.Of(await WorkAsync(spec, "suspect", workerCount: 2)));
    }

    [Fact]
    public async Task ShardThatAStoppedWorkerHolds_IsScoredByAnother()
    {
        var spec = _bench.Spec();
        var expected = RunText.Of(await _bench.RunAsync(spec));
        await DieAtAsync("stopped", shardIndex: 3, sessionCount: 1);
        Assert.Equal(expected, RunText.Of(await WorkAsync(spec, "stopped", workerCount: 1)));
    }

    public void Dispose() => _bench.Dispose();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Leaves the records of a worker that died at a shard, again and again.</summary>
    private async Task DieAtAsync(string directory, int shardIndex, int sessionCount)
    {
        var log = new WorkerLog(_bench.Store(directory));
        for (var session = 0; session < sessionCount; session++)
        {
            await log.BeginAsync(
                new WorkerRecord
                {
                    WorkerIndex = 7,
                    WorkerCount = 8,
                    Session = 0,
                    Host = "gone",
                    ProcessId = 1,
                    StartedAt = DateTimeOffset.UnixEpoch,
                    SeenAt = DateTimeOffset.UnixEpoch,
                    Beat = 5,
                    Shards = [shardIndex],
                },
                Cancel);
        }
    }

    /// <returns>The result, whoever wrote it; on a busy machine more than one may.</returns>
    private async Task<RunResult> WorkAsync(
        RunSpec spec, string directory, int workerCount, int? start = null, int indexOfFirst = 0, bool allowPoisoned = false)
    {
        var written = new ConcurrentBag<RunResult>();
        var store = _bench.Store(directory);
        await Task.WhenAll(Enumerable.Range(indexOfFirst, start ?? workerCount).Select(index => Task.Run(
            () => Worker(index, workerCount, written).RunAsync(spec, store, allowPoisoned, Cancel), Cancel)));
        Assert.Single(written.Select(RunText.Of).Distinct());
        return written.First();
    }

    private static BatchWorker Worker(int index, int count, ConcurrentBag<RunResult> written, TimeSpan? patience = null)
    {
        return new BatchWorker(new WorkerPlace(index, count) { BeatInterval = patience ?? Beat }, WriteAsync, AnyFiles.Data, TimeProvider.System);

        Task WriteAsync(RunDirectory directory, RunResult result, CancellationToken cancellationToken)
        {
            written.Add(result);
            return directory.PutResultAsync(RunDirectory.ResultName, stream => stream.WriteByte(1), cancellationToken);
        }
    }
}
