namespace MirroredInfluence.Engine.Tests;

public sealed class TunerTests : IDisposable
{
    private readonly Workbench _bench = new();

    [Fact]
    public async Task Curve_RisesByStepSizeAndTheFirstThatFindsAllIsChosen()
    {
        // loss = exp(w·x): a step along a row raises it most among rows of the same length.
        var spec = _bench.VectorSpec(train: [.. Enumerable.Range(0, 100).Select(UnitVector)], test: [UnitVector(0)]);
        spec = spec with { Ascent = new AscentSpec { Optimizer = OptimizerKind.Sgd } };
        var found = await TuneAsync(new TuneSpec { PlantedRowCount = 10, LearningRates = [0.1, 1e-12], Steps = [3, 1], SampleRowCount = null }, spec);
        Assert.Equal([(1e-12, 1), (1e-12, 3), (0.1, 1), (0.1, 3)], found.Curve.Select(point => (point.LearningRate, point.Steps)));
        Assert.Equal([false, false, true, true], found.Curve.Select(point => point.FindsAll));
        Assert.Equal(found.Curve[2], found.Chosen);
        Assert.All(found.Curve, point => Assert.Equal(2, point.PlantedCount));
        Assert.Equal((8, 8, 1.0), (found.Evaluation!.PlantedCount, found.Evaluation.FirstCount, found.Evaluation.MeanRank));
        Assert.Equal(100, found.RankedRowCount);
    }

    [Fact]
    public async Task StepsTooSmallToMoveAnything_ChooseNothing()
    {
        var found = await TuneAsync(new TuneSpec { PlantedRowCount = 10, LearningRates = [1e-30], Steps = [1] });
        Assert.Null(found.Chosen);
        Assert.Null(found.Evaluation);
        Assert.True(Assert.Single(found.Curve).MeanRank > 1);
    }

    [Fact]
    public async Task DivergedAscents_HaveNoRank()
    {
        var spec = _bench.VectorSpec(train: [.. Enumerable.Range(0, 40).Select(row => Images.Pixels(row)[..4])], test: [[1, 0, 0, 0]]);
        spec = spec with { Ascent = new AscentSpec { Optimizer = OptimizerKind.Sgd } };
        var found = await TuneAsync(new TuneSpec { PlantedRowCount = 5, LearningRates = [1e30], Steps = [1] }, spec);
        Assert.Equal((0, 1, null), (found.Curve[0].FirstCount, found.Curve[0].DivergedCount, found.Curve[0].MeanRank));
        Assert.Null(found.Nearest);
    }

    [Fact]
    public async Task Nearest_HasMostRowsFirstThenTheBestMeanRank()
    {
        var found = await TuneAsync(new TuneSpec { PlantedRowCount = 25, LearningRates = [1e-30, 1e-3, 1e-2, 1e-1], Steps = [1], SampleRowCount = null });
        Assert.Null(found.Chosen);
        var first = found.Curve.Max(point => point.FirstCount);
        Assert.Equal(found.Curve.Where(point => point.FirstCount == first).MinBy(point => point.MeanRank), found.Nearest);
    }

    [Theory]
    [InlineData("normalised", AscentMode.Eval, true)]
    [InlineData("normalised", AscentMode.TrainOwners, false)]
    [InlineData("classifier", AscentMode.Eval, false)]
    public async Task TrainOwners_CanBeTriedWhereItIsAnotherAscent(string model, AscentMode mode, bool expected)
    {
        var spec = _bench.Spec(model == "normalised" ? Archives.Normalised : Archives.Classifier);
        spec = spec with { Ascent = new AscentSpec { Mode = mode, Repeat = 2 } };
        var found = await TuneAsync(new TuneSpec { PlantedRowCount = 5, LearningRates = [1e-30], Steps = [1] }, spec);
        Assert.Equal((null, expected), (found.Chosen, found.CanTrainOwners));
    }

    [Fact]
    public async Task RowsOnWhichTheModelFails_AreNotPlanted()
    {
        int[] bad = [.. Enumerable.Range(0, 100).Where(row => row % 5 != 1)];
        var tune = new TuneSpec { PlantedRowCount = 5, LearningRates = [1e-2], Steps = [1], SampleRowCount = null };
        var found = await TuneAsync(tune, _bench.Spec(train: new Images { WrongLabelRows = bad }));
        Assert.Equal(0, Assert.Single(found.Curve).DivergedCount);
    }

    [Fact]
    public async Task ModelThatFailsOnEveryRow_IsRefusedInItsWords()
    {
        var spec = _bench.Spec(train: new Images { WrongLabelRows = [.. Enumerable.Range(0, 100)] });
        var exception = await Assert.ThrowsAsync<MirroredException>(() => TuneAsync(new TuneSpec { PlantedRowCount = 5 }, spec));
        Assert.Contains("Target 3 is out of bounds.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sample_HoldsThePlantedRows()
    {
        var tune = new TuneSpec { PlantedRowCount = 5, LearningRates = [1e-2], Steps = [1], SampleRowCount = 16 };
        var found = await TuneAsync(tune);
        Assert.InRange(found.RankedRowCount, 16, 16 + (5 * 8));
        Assert.True(found.Curve[0].MeanRank <= found.RankedRowCount);
        Assert.Equivalent(found, await TuneAsync(tune), strict: true);
    }

    [Fact]
    public async Task MorePlantedRowsThanRows_AreRefused()
    {
        var exception = await Assert.ThrowsAsync<MirroredException>(() => TuneAsync(new TuneSpec { PlantedRowCount = 101 }));
        Assert.Equal("The training set holds 100 rows; expected at least the 101 to plant. Plant fewer.", exception.Message);
    }

    [Fact]
    public async Task TooFewPlantedRowsToEvaluate_AreRefused()
    {
        var exception = await Assert.ThrowsAsync<MirroredException>(() => TuneAsync(new TuneSpec { PlantedRowCount = 4 }));
        Assert.Equal("4 planted rows; expected 5 or more, since one in 5 tunes and the others evaluate.", exception.Message);
    }

    public void Dispose() => _bench.Dispose();

    private static float[] UnitVector(int row)
    {
        var numbers = Images.Pixels(row).AsSpan(0, 4).ToArray();
        var length = MathF.Sqrt(numbers.Sum(number => number * number));
        return [.. numbers.Select(number => number / length)];
    }

    private Task<TuneResult> TuneAsync(TuneSpec tune, RunSpec? spec = null) =>
        new Tuner(AnyFiles.Data, TimeProvider.System).TuneAsync(spec ?? _bench.Spec(), tune, TestContext.Current.CancellationToken);
}
