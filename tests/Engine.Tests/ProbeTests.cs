namespace MirroredInfluence.Engine.Tests;

public sealed class ProbeTests : IDisposable
{
    private readonly Workbench _bench = new();

    [Fact]
    public async Task Forecast_CountsWhatARunWritesAndWritesNothing()
    {
        var spec = _bench.Spec(train: new Images { NullRows = [0, 5] });
        spec = spec with { Score = spec.Score with { SaveLosses = true, MaxUnscorable = 1 } };
        var before = Directory.GetFileSystemEntries(Path.GetDirectoryName(_bench.File("run"))!).Order().ToArray();
        var forecast = await new Probe(AnyFiles.Data, TimeProvider.System).MeasureAsync(spec, TestContext.Current.CancellationToken);
        Assert.Equal(before, Directory.GetFileSystemEntries(Path.GetDirectoryName(_bench.File("run"))!).Order());
        Assert.Equal(100, forecast.Run.Plan.RowCount);
        Assert.Equal(new FileInfo(_bench.File("train.arrow")).Length, forecast.TrainBytes);
        Assert.True(forecast.ColdScoreTime > TimeSpan.Zero && forecast.AscentTime > TimeSpan.Zero && forecast.MemoryBytes > 1 << 20);

        await _bench.RunAsync(spec);
        Assert.Equal(Directory.GetFiles(Path.Combine(_bench.File("run"), "weights")).Sum(path => new FileInfo(path).Length), forecast.WeightBytes);
    }

    [Fact]
    public async Task SpecsOwnMiniBatchAndLanes_AreAmongThePoints()
    {
        var spec = _bench.Spec();
        spec = spec with { Score = spec.Score with { MiniBatchRows = 24 }, Compute = spec.Compute with { Lanes = 2 } };
        var forecast = await new Probe(AnyFiles.Data, TimeProvider.System).MeasureAsync(spec, TestContext.Current.CancellationToken);
        Assert.Equal((24, 2), (forecast.Measured.MiniBatchRows, forecast.Measured.LaneCount));
        Assert.Contains(forecast.Measured, forecast.Points);
        Assert.Contains(forecast.Suggested, forecast.Points);
    }

    [Fact]
    public async Task RowOnWhichTheModelFails_IsNotMeasured()
    {
        var spec = _bench.Spec(train: new Images { WrongLabelRows = [5] });
        var forecast = await new Probe(AnyFiles.Data, TimeProvider.System).MeasureAsync(spec, TestContext.Current.CancellationToken);
        Assert.True(forecast.ColdScoreTime > TimeSpan.Zero);
    }

    [Fact]
    public async Task NoReadableRow_IsRefused()
    {
        var spec = _bench.Spec(train: new Images { RowCount = 3, NullRows = [0, 1, 2] });
        var exception = await Assert.ThrowsAsync<MirroredException>(() => new Probe(AnyFiles.Data, TimeProvider.System).MeasureAsync(spec, TestContext.Current.CancellationToken));
        Assert.StartsWith("none of the 3 training rows can be read", exception.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _bench.Dispose();
}
