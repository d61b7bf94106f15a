namespace MirroredInfluence.Engine.Tests;

public sealed class RehearsalTests : IDisposable
{
    private readonly Workbench _bench = new();

    [Fact]
    public async Task NothingTrainable_LeavesNoDirectory()
    {
        var spec = _bench.Spec();
        await RefusedThenRun(spec with { Ascent = spec.Ascent with { Trainable = ["nothing*"] } }, FailureKind.Invalid, spec);
    }

    [Fact]
    public async Task NullRowOfTheLastQuery_LeavesNoDirectory()
    {
        var spec = _bench.Spec(test: new Images { FirstRow = 5000, RowCount = 3, NullRows = [5002] });
        await RefusedThenRun(spec, FailureKind.Data, spec with { Test = spec.Test with { Rows = "0,1" } });
    }

    [Fact]
    public async Task ScalarLoss_LeavesNoDirectory()
    {
        float[][] rows = [[1, 0, 0, 0], [0, 1, 0, 0]];
        await RefusedThenRun(_bench.VectorSpec(rows, rows, Archives.Scalar), FailureKind.Invalid, _bench.VectorSpec(rows, rows));
    }

    [Fact]
    public async Task AscentThatDivergesAtItsSecondStep_LeavesNoDirectory()
    {
        float[][] rows = [[1, 0, 0, 0], [0, 1, 0, 0]];
        var spec = _bench.VectorSpec(rows, rows);
        var ascent = new AscentSpec { Optimizer = OptimizerKind.Sgd, LearningRate = 10, Steps = 2 };
        await RefusedThenRun(spec with { Ascent = ascent }, FailureKind.Invalid, spec with { Ascent = ascent with { Steps = 1 } });
    }

    [Fact]
    public async Task ModelThatFailsOnTrainingRows_LeavesNoDirectory()
    {
        var spec = _bench.Spec(train: new Images { RowCount = 32, WrongLabelRows = [.. Enumerable.Range(0, 8)] });
        new Images().Write(_bench.File("right.arrow"));
        await RefusedThenRun(spec, FailureKind.Invalid, spec with { Train = spec.Train with { Shards = [_bench.File("right.arrow")] } });
    }

    public void Dispose() => _bench.Dispose();

    private async Task RefusedThenRun(RunSpec wrong, FailureKind kind, RunSpec right)
    {
        await _bench.RefusalOf(wrong, kind);
        Assert.False(Directory.Exists(_bench.File("run")));

        await _bench.RunAsync(right);
    }
}
