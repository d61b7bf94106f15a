namespace MirroredInfluence.Engine.Tests;

public sealed class ResumeTests : IDisposable
{
    private readonly Workbench _bench = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public async Task CancelledRun_GoesOnToTheSameParts(int partsBeforeCancel)
    {
        var spec = _bench.Spec();
        var expected = await _bench.RunAsync(spec);

        using var cancel = new CancellationTokenSource();
        var partCount = 0;
        var store = new WatchedStore(_bench.Store("stopped"), key =>
        {
            if (key.StartsWith("parts/", StringComparison.Ordinal) && ++partCount == partsBeforeCancel)
                cancel.Cancel();
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new LocalEngine(AnyFiles.Data, TimeProvider.System).RunAsync(spec, store, cancel.Token));
        var kept = _bench.Parts("stopped");
        Assert.InRange(kept.Count, partsBeforeCancel, 4);

        var found = await _bench.RunAsync(spec, "stopped");
        Assert.Equal(RunText.Of(expected), RunText.Of(found));
        Assert.Equal(_bench.Parts(), _bench.Parts("stopped"));
    }

    [Fact]
    public async Task DiskFullWhileWritingAPart_LosesNothing()
    {
        var spec = _bench.Spec();
        var expected = await _bench.RunAsync(spec);

        var partCount = 0;
        var store = new WatchedStore(_bench.Store("full"), key =>
        {
            if (key.StartsWith("parts/", StringComparison.Ordinal) && ++partCount == 3)
                throw Failure.Unavailable($"{key}: no space left on device.");
        });
        var exception = await Assert.ThrowsAsync<MirroredException>(() => new LocalEngine(AnyFiles.Data, TimeProvider.System).RunAsync(spec, store, TestContext.Current.CancellationToken));
        Assert.Equal(FailureKind.Unavailable, exception.Kind);
        Assert.Contains("no space left on device", exception.Message, StringComparison.Ordinal);
        Assert.Equal(2, _bench.Parts("full").Count);

        Assert.Equal(RunText.Of(expected), RunText.Of(await _bench.RunAsync(spec, "full")));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(0, 2)]
    [InlineData(1, 2, 3)]
    [InlineData(0, 1, 2, 3)]
    public async Task LostParts_AreScoredAgainToTheSameBytes(params int[] lost)
    {
        var spec = _bench.Spec();
        var expected = await _bench.RunAsync(spec);
        var parts = _bench.Parts();
        foreach (var shardIndex in lost)
            File.Delete(Path.Combine(_bench.File("run"), "parts", $"{shardIndex:D8}.arrow"));
        Assert.Equal(RunText.Of(expected), RunText.Of(await _bench.RunAsync(spec)));
        Assert.Equal(parts, _bench.Parts());
    }

    [Fact]
    public async Task ShardScoredTwice_AppearsOnceInTheResult()
    {
        var spec = _bench.Spec();
        var expected = await _bench.RunAsync(spec);

        // Two processes work on one directory: each scores what it finds missing when it starts.
        var both = await Task.WhenAll(
            Task.Run(() => _bench.RunAsync(spec, "shared"), TestContext.Current.CancellationToken),
            Task.Run(() => _bench.RunAsync(spec, "shared"), TestContext.Current.CancellationToken));
        Assert.All(both, found => Assert.Equal(RunText.Of(expected), RunText.Of(found)));
        Assert.Equal(_bench.Parts(), _bench.Parts("shared"));
    }

    [Fact]
    public async Task FinishedRun_IsOnlyReduced()
    {
        var spec = _bench.Spec();
        var expected = await _bench.RunAsync(spec);
        var store = new WatchedStore(_bench.Store("run"), key => Assert.DoesNotContain("/", key, StringComparison.Ordinal));
        var log = new ProgressLog();
        Assert.Equal(RunText.Of(expected), RunText.Of(await new LocalEngine(AnyFiles.Data, TimeProvider.System, log).RunAsync(spec, store, TestContext.Current.CancellationToken)));
        Assert.DoesNotContain(log.Reports, report => report.Phase is RunPhase.Ascending or RunPhase.Scoring);
    }

    [Fact]
    public async Task OtherShardRows_GoOnWithTheFirstCut()
    {
        var spec = _bench.Spec();
        var expected = await _bench.RunAsync(spec);
        File.Delete(Path.Combine(_bench.File("run"), "parts", "00000001.arrow"));
        var found = await _bench.RunAsync(spec with { Compute = spec.Compute with { ShardRows = 8, Lanes = 2 } });
        Assert.Equal(RunText.Of(expected), RunText.Of(found));
        Assert.Equal(4, _bench.Parts().Count);
    }

    [Fact]
    public async Task MovedTrainingFiles_GoOnFromTheirNewPlace()
    {
        var spec = _bench.Spec();
        var expected = await _bench.RunAsync(spec);
        File.Delete(Path.Combine(_bench.File("run"), "parts", "00000001.arrow"));
        File.Move(_bench.File("train.arrow"), _bench.File("moved.arrow"));
        var found = await _bench.RunAsync(spec with { Train = spec.Train with { Shards = [_bench.File("moved.arrow")] } });
        Assert.Equal(RunText.RankingOf(expected), RunText.RankingOf(found));
        Assert.Equal(_bench.File("moved.arrow"), found.Queries[0].Top[0].File.Uri);
    }

    [Fact]
    public async Task AscendedWeights_AreReused()
    {
        var spec = _bench.Spec();
        await _bench.RunAsync(spec);
        File.Delete(Path.Combine(_bench.File("run"), "parts", "00000000.arrow"));
        var store = new WatchedStore(_bench.Store("run"), key => Assert.DoesNotContain("weights/", key, StringComparison.Ordinal));
        await new LocalEngine(AnyFiles.Data, TimeProvider.System).RunAsync(spec, store, TestContext.Current.CancellationToken);
        Assert.Equal(3, Directory.GetFiles(Path.Combine(_bench.File("run"), "weights")).Length);
    }

    [Fact]
    public async Task LostWeightsOfAFinishedRun_AreAscendedAgain()
    {
        var spec = _bench.Spec();
        var expected = await _bench.RunAsync(spec);
        var path = WeightPaths()[1];
        var weights = File.ReadAllBytes(path);
        File.Delete(path);
        Assert.Equal(RunText.Of(expected), RunText.Of(await _bench.RunAsync(spec)));
        Assert.Equal(weights, File.ReadAllBytes(path));
    }

    [Fact]
    public async Task TruncatedWeightsOfAFinishedRun_AreRefused()
    {
        var spec = _bench.Spec();
        await _bench.RunAsync(spec);
        var path = WeightPaths()[1];
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^8]);
        Assert.StartsWith($"{path}: not a usable weight set: ", await _bench.RefusalOf(spec, FailureKind.Data), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OtherRunInTheDirectory_IsRefused()
    {
        var spec = _bench.Spec();
        await _bench.RunAsync(spec);
        var message = await _bench.RefusalOf(spec with { Ascent = spec.Ascent with { LearningRate = 0.25 } }, FailureKind.Invalid);
        Assert.Contains("learningRate", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PartOfAnotherShard_IsRefused()
    {
        var spec = _bench.Spec();
        await _bench.RunAsync(spec);
        var folder = Path.Combine(_bench.File("run"), "parts");
        File.Copy(Path.Combine(folder, "00000000.arrow"), Path.Combine(folder, "00000001.arrow"), overwrite: true);
        Assert.Contains("00000001.arrow: answers shard 0", await _bench.RefusalOf(spec, FailureKind.Data), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ChangedWeights_AreRefused()
    {
        var spec = _bench.Spec();
        await _bench.RunAsync(spec);
        File.Delete(Path.Combine(_bench.File("run"), "parts", "00000001.arrow"));
        var path = WeightPaths()[0];
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..100]);
        Assert.Contains(path, await _bench.RefusalOf(spec, FailureKind.Data), StringComparison.Ordinal);
    }

    public void Dispose() => _bench.Dispose();

    private string[] WeightPaths() => [.. Directory.GetFiles(Path.Combine(_bench.File("run"), "weights")).Order(StringComparer.Ordinal)];
}
