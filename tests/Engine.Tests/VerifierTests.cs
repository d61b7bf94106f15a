using MirroredInfluence.Torch;

namespace MirroredInfluence.Engine.Tests;

public sealed class VerifierTests : IDisposable
{
    private readonly Workbench _bench = new();

    [Fact]
    public async Task FinishedRun_IsConfirmed()
    {
        var spec = _bench.Spec(train: new Images { NullRows = [7] });
        await _bench.RunAsync(spec with { Score = spec.Score with { MaxUnscorable = 1 } });
        var found = await VerifyAsync(new VerifySpec { RowCount = 12 });
        Assert.True(found.Agrees);
        Assert.Equal(12, found.Rows.Length);
        Assert.Equal(12, found.Rows.Select(row => (row.Query, row.TrainRow)).Distinct().Count());
        Assert.All(found.Rows, row => Assert.Equal(row.Recorded!.Value.LossDifference, row.InMiniBatch!.Value.LossDifference));
        Assert.All(found.Rows, row => Assert.Equal(row.Recorded!.Value.LossDifference, row.Alone!.Value.LossDifference, Verifier.Tolerance));
        Assert.Equal(99, found.Result.ScoredRows);
    }

    [Fact]
    public async Task OneRow_IsComputedForEveryQuery()
    {
        var spec = _bench.Spec(train: new Images { NullRows = [7] });
        var run = await _bench.RunAsync(spec with { Score = spec.Score with { MaxUnscorable = 1 } });
        var first = run.Queries[0].Top[0].TrainRow;
        var found = await VerifyAsync(new VerifySpec { TrainRow = first });
        Assert.Equal(["6000", "6001", "6002"], found.Rows.Select(row => row.Query));
        Assert.Equal(run.Queries[0].Top[0].Influence, found.Rows[0].Recorded!.Value.Influence);
        Assert.All(found.Rows, row => Assert.Equal(first, row.InMiniBatch!.Value.TrainRow));

        var unscorable = await VerifyAsync(new VerifySpec { TrainRow = 7 });
        Assert.All(unscorable.Rows, row => Assert.True(row is { Recorded: null, InMiniBatch: null, Alone: null, Agrees: true }));
    }

    [Fact]
    public async Task RowOnWhichTheModelFails_IsConfirmedAsUnscorable()
    {
        var spec = _bench.Spec(train: new Images { WrongLabelRows = [7] });
        await _bench.RunAsync(spec with { Score = spec.Score with { MaxUnscorable = 1 } });
        var found = await VerifyAsync(new VerifySpec { TrainRow = 7 });
        Assert.All(found.Rows, row => Assert.True(row is { Recorded: null, InMiniBatch: null, Alone: null, Agrees: true }));
    }

    [Fact]
    public async Task WeightsOfAnotherQuery_AreRefused()
    {
        await _bench.RunAsync(_bench.Spec());
        File.Copy(WeightsPath("6001"), WeightsPath("6000"), overwrite: true);
        var refusal = await Assert.ThrowsAsync<MirroredException>(() => VerifyAsync(new VerifySpec { RowCount = 30 }));
        Assert.StartsWith($"{WeightsPath("6000")}: not a usable weight set: it is of run ", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WeightsThatWereForged_AreFound()
    {
        var result = await _bench.RunAsync(_bench.Spec());
        using (var model = BaseModel.Load(Archives.Classifier))
        using (var others = WeightSet.Open(WeightsPath("6001"), model, $"run {result.Run}, query 6001"))
        using (var file = File.Create(WeightsPath("6000")))
            others.Write(file, $"run {result.Run}, query 6000");
        var found = await VerifyAsync(new VerifySpec { RowCount = 30 });
        Assert.False(found.Agrees);
        Assert.All(found.Rows, row => Assert.Equal(row.Query != "6000", row.Agrees));
        Assert.Contains(found.Rows, row => row.Difference?.StartsWith("recorded loss difference ", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task ChangedTrainingFile_IsRefused()
    {
        await _bench.RunAsync(_bench.Spec());
        new Images { FirstRow = 1 }.Write(_bench.File("train.arrow"));
        var exception = await Assert.ThrowsAsync<MirroredException>(() => VerifyAsync(new VerifySpec()));
        Assert.Equal(FailureKind.Data, exception.Kind);
        Assert.StartsWith($"the run's inputs have changed: inputs.train: {_bench.File("train.arrow")} holds other rows than before.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RowPastTheEnd_IsRefused()
    {
        await _bench.RunAsync(_bench.Spec());
        var exception = await Assert.ThrowsAsync<MirroredException>(() => VerifyAsync(new VerifySpec { TrainRow = 100 }));
        Assert.Equal("row 100: expected 0 to 99, the rows of the training set.", exception.Message);
    }

    [Fact]
    public async Task UnfinishedRun_IsRefused()
    {
        await _bench.RunAsync(_bench.Spec());
        File.Delete(Path.Combine(_bench.File("run"), "parts", "00000003.arrow"));
        var exception = await Assert.ThrowsAsync<MirroredException>(() => VerifyAsync(new VerifySpec()));
        Assert.Equal("1 of 4 shards are not scored yet; expected all to be. The `mirrored run`, `work` or `submit` that began the run goes on with it when it is given again.", exception.Message);
    }

    public void Dispose() => _bench.Dispose();

    private string WeightsPath(string query) => Path.Combine(_bench.File("run"), "weights", $"{query}.safetensors");

    private Task<VerifyResult> VerifyAsync(VerifySpec verify) =>
        new Verifier(AnyFiles.Data, TimeProvider.System).VerifyAsync(_bench.Store("run"), verify, TestContext.Current.CancellationToken);
}
