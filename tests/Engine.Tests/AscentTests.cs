namespace MirroredInfluence.Engine.Tests;

public sealed class AscentTests : IDisposable
{
    private readonly Workbench _bench = new();

    [Fact]
    public async Task Descent_FlipsTheSignOfInfluenceOnly()
    {
        var spec = _bench.Spec();
        var result = await _bench.RunAsync(spec with { Ascent = spec.Ascent with { Direction = AscentDirection.Descent } });
        Assert.All(result.Queries.SelectMany(query => query.Top), row => Assert.Equal(-row.LossDifference, row.Influence));
    }

    [Fact]
    public async Task LossThatIsNoNumberAfterAscent_IsRefusedWithAdvice()
    {
        var spec = _bench.VectorSpec(train: [[1, 0, 0, 0]], test: [[1, 0, 0, 0]]);
        var ascent = new AscentSpec { Optimizer = OptimizerKind.Sgd, LearningRate = 200 };
        Assert.Equal(
            "query 'row-0': the loss is Infinity after 1 ascent steps at learning rate 200, 1 before; expected a finite loss. Lower ascent.learningRate; `mirrored tune` finds one.",
            await _bench.RefusalOf(spec with { Ascent = ascent }, FailureKind.Invalid));
    }

    [Fact]
    public async Task LossThatIsNoNumberBeforeAscent_IsRefused()
    {
        var spec = _bench.Spec(test: new Images { FirstRow = 5000, RowCount = 3, NaNRows = [5002] });
        Assert.Equal(
            $"query '6002' ({_bench.File("test.arrow")}:2): the loss is NaN under the base model; expected a finite loss. Check the query's rows, or leave them out with test.rows.",
            await _bench.RefusalOf(spec, FailureKind.Data));
    }

    [Fact]
    public async Task RowThatTheModelFailsOn_IsNamedByItsFile()
    {
        var spec = _bench.Spec(test: new Images { FirstRow = 5000, RowCount = 3, WrongLabelRows = [5001] });
        var alone = await _bench.RefusalOf(spec with { Test = spec.Test with { Rows = "1" } }, FailureKind.Invalid);
        var together = await _bench.RefusalOf(spec with { Test = spec.Test with { Query = "all" } }, FailureKind.Invalid);

        Assert.StartsWith($"query '6001' ({_bench.File("test.arrow")}:1): ", alone, StringComparison.Ordinal);
        Assert.EndsWith("Target 3 is out of bounds. If the model takes other rows, look at the query's, or leave them out with test.rows.", alone, StringComparison.Ordinal);
        Assert.StartsWith($"query 'all' ({_bench.File("test.arrow")}:0 and 2 more): ", together, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FlatLossEscape_LeavesSteepQueriesAlone()
    {
        var spec = _bench.Spec();
        var without = await _bench.RunAsync(spec);
        var with = await _bench.RunAsync(Escape(spec, new FlatLossEscapeSpec { Threshold = 1e-9 }), "escape");
        Assert.Equal(RunText.RankingOf(without), RunText.RankingOf(with));
    }

    [Fact]
    public async Task FlatLossEscape_MovesFlatQueriesTheSameWayEachTime()
    {
        var spec = _bench.Spec();
        var escape = Escape(spec, new FlatLossEscapeSpec { Threshold = 100, TargetLoss = 0 });
        var moved = await _bench.RunAsync(escape);
        Assert.NotEqual(RunText.RankingOf(await _bench.RunAsync(spec, "still")), RunText.RankingOf(moved));
        Assert.Equal(RunText.Of(moved), RunText.Of(await _bench.RunAsync(escape, "again")));
    }

    [Fact]
    public async Task FlatLossEscape_GrowsTheRadiusUntilTheLossIsReached()
    {
        // loss = exp(w·x) at w = 0 is 1 wherever x is: only the ascended loss exp(lr·|x|²) grows with the radius.
        var spec = _bench.VectorSpec(train: [[1, 0, 0, 0]], test: [[0, 0, 0, 0.001f]]);
        spec = spec with { Ascent = new AscentSpec { Optimizer = OptimizerKind.Sgd, LearningRate = 0.1 } };
        var result = await _bench.RunAsync(Escape(spec, new FlatLossEscapeSpec { Threshold = 2, Radius = 1, Growth = 2, TargetLoss = Math.Exp(0.1 * 3.9 * 3.9) }));
        Assert.Single(result.Queries);

        // Radii 1, 2, 4: the third is the first past 3.9. Two tries are too few.
        var log = new ProgressLog();
        await _bench.RunAsync(Escape(spec, new FlatLossEscapeSpec { Threshold = 2, Radius = 1, Growth = 2, TargetLoss = Math.Exp(0.1 * 3.9 * 3.9), AttemptsMax = 2 }), "few", log);
        var notice = Assert.Single(log.Reports, report => report.Notice is not null).Notice!;
        Assert.StartsWith("query 'row-0' stays flat: a loss of 1.49 after 2 moves of its input, the last by 2; expected ", notice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FlatLossEscapeWithDescent_IsRefused()
    {
        var spec = _bench.Spec();
        spec = spec with { Ascent = spec.Ascent with { Direction = AscentDirection.Descent } };
        Assert.StartsWith("ascent.flatLossEscape: ", await _bench.RefusalOf(Escape(spec, new FlatLossEscapeSpec()), FailureKind.Invalid), StringComparison.Ordinal);
    }

    [Fact]
    public async Task FlatLossEscapeOfAnIntegerArgument_IsRefused() => Assert.Equal(
        "ascent.flatLossEscape.argument: 'label' is no floating-point column of the model; expected one of image.",
        await _bench.RefusalOf(Escape(_bench.Spec(), new FlatLossEscapeSpec { Argument = "label" }), FailureKind.Invalid));

    [Fact]
    public async Task TrainMode_NeedsTwoRowsAndMovesBuffers()
    {
        var spec = _bench.Spec(Archives.Normalised);
        var eval = await _bench.RunAsync(spec, "eval");
        var train = await _bench.RunAsync(spec with { Ascent = spec.Ascent with { Mode = AscentMode.Train, Repeat = 2 } }, "train");
        Assert.NotEqual(RunText.RankingOf(eval), RunText.RankingOf(train));
    }

    public void Dispose() => _bench.Dispose();

    private static RunSpec Escape(RunSpec spec, FlatLossEscapeSpec escape) => spec with { Ascent = spec.Ascent with { FlatLossEscape = escape } };
}
