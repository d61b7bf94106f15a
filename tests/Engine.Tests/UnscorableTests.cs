using System.Runtime.InteropServices;
using MirroredInfluence.Arrow;

namespace MirroredInfluence.Engine.Tests;

public sealed class UnscorableTests : IDisposable
{
    private readonly Workbench _bench = new();

    [Fact]
    public async Task UnscorableRows_AreCountedByReasonAndNamed()
    {
        var spec = Allow(1, _bench.Spec(train: new Images { NullRows = [3, 41], NaNRows = [50] }));
        var result = await _bench.RunAsync(spec);
        Assert.Equal((100, 97), (result.ExpectedRows, result.ScoredRows));
        Assert.Equal([(UnscorableReason.Null, 2L), (UnscorableReason.NonFiniteLoss, 1L)], result.Unscorable.CountsByReason.Select(pair => (pair.Key, pair.Value)));
        Assert.Equal(
            [
                new UnscorableRow(3, UnscorableReason.Null, RowValue.Of(1003L)),
                new UnscorableRow(41, UnscorableReason.Null, RowValue.Of(1041L)),
                new UnscorableRow(50, UnscorableReason.NonFiniteLoss, RowValue.Of(1050L)),
            ],
            result.Unscorable.Sample);
    }

    [Fact]
    public async Task UnscorableRows_AreNeverRanked()
    {
        var spec = Allow(1, _bench.Spec(train: new Images { NullRows = [3, 41], NaNRows = [50] }));
        var result = await _bench.RunAsync(spec with { Score = spec.Score with { TopK = 1000 } });
        Assert.All(result.Queries, query => Assert.Equal(97, query.Top.Length));
        Assert.All(result.Queries, query => Assert.Equal(97, query.Histogram.Count));
        Assert.DoesNotContain(result.Queries[0].Top, row => row.TrainRow is 3 or 41 or 50);
    }

    [Fact]
    public async Task CorruptRecordBatch_CostsItsRowsOnly()
    {
        var images = new Images { RecordBatchRows = 25, Compression = BodyCompression.Lz4Frame };
        var spec = Allow(1, _bench.Spec(train: images));
        spec = spec with { Score = spec.Score with { TopK = 1000 } };
        var expected = Rows(await _bench.RunAsync(spec));

        // Random pixels do not compress: those of row 25 are in the frame as they are.
        var bytes = File.ReadAllBytes(_bench.File("train.arrow"));
        bytes[bytes.AsSpan().IndexOf(MemoryMarshal.AsBytes<float>(Images.Pixels(25)))] ^= 1;
        File.WriteAllBytes(_bench.File("train.arrow"), bytes);

        var found = await _bench.RunAsync(spec, "corrupt");
        Assert.Equal([(UnscorableReason.CorruptRecordBatch, 25L)], found.Unscorable.CountsByReason.Select(pair => (pair.Key, pair.Value)));
        Assert.Equal(75, found.ScoredRows);
        Assert.Equal(expected.Where(row => row.TrainRow is < 25 or >= 50), Rows(found));
    }

    [Fact]
    public async Task UnreadableNeighbours_ChangeNoRow()
    {
        var all = new Images { RowCount = 21 };
        var spec = _bench.Spec(train: all);
        spec = Allow(1, spec with { Score = spec.Score with { TopK = 1000 } });
        var expected = Rows(await _bench.RunAsync(spec)).ToHashSet();

        // Rows 8 to 15 are a whole mini-batch; 0 is the first of one, 19 in the short last one.
        (all with { NullRows = [0, 2, 8, 9, 10, 11, 12, 13, 14, 15, 19] }).Write(_bench.File("train.arrow"));
        var found = Rows(await _bench.RunAsync(spec, "other")).ToHashSet();
        Assert.Equal(3 * 10, found.Count);
        Assert.Superset(found, expected);
    }

    [Fact]
    public async Task RowThatBlowsUpUnderOneQuery_StillRanksUnderTheOthers()
    {
        var spec = Allow(1, _bench.VectorSpec(
            train: [[1, 0, 0, 0], [0, 1, 0, 0], [2, 0, 0, 0], [0, 0, 1, 0]],
            test: [[1, 0, 0, 0], [0, 1, 0, 0]]));

        // One SGD step of 60 along x: exp(60) is a number, exp(120) is none.
        var result = await _bench.RunAsync(spec with { Ascent = new AscentSpec { Optimizer = OptimizerKind.Sgd, LearningRate = 60 } });
        Assert.Equal((4, 3), (result.ExpectedRows, result.ScoredRows));
        Assert.Equal(new UnscorableRow(2, UnscorableReason.NonFiniteLoss), Assert.Single(result.Unscorable.Sample));
        Assert.Equal([0L, 1, 3], result.Queries[0].Top.Select(row => row.TrainRow));
        Assert.Equal([1L, 0, 2, 3], result.Queries[1].Top.Select(row => row.TrainRow));
    }

    [Fact]
    public async Task WarmRun_CountsUnscorableRowsAlike()
    {
        var spec = Allow(1, _bench.Spec(train: new Images { NullRows = [3, 41], NaNRows = [50] }));
        spec = spec with { Compute = spec.Compute with { Cache = _bench.File("cache") } };
        Assert.Equal(RunText.Of(await _bench.RunAsync(spec)), RunText.Of(await _bench.RunAsync(spec, "warm")));
    }

    [Fact]
    public async Task TooManyUnscorableRows_StopTheRunAndKeepItsParts()
    {
        var spec = _bench.Spec(train: new Images { NullRows = [3, 70, 71] });
        var message = await _bench.RefusalOf(Allow(0.02, spec), FailureKind.Data);
        Assert.Equal(
            $"3 of 100 training rows cannot be scored so far; expected at most 2 %. Among them: {_bench.File("train.arrow")}:70 (id 1070, null), "
            + $"{_bench.File("train.arrow")}:71 (id 1071, null). "
            + "Mend the data and run into another directory, or raise score.maxUnscorable and run again, which keeps finished shards.",
            message);
        Assert.NotEmpty(_bench.Parts());

        var resumed = await _bench.RunAsync(Allow(0.03, spec));
        Assert.Equal(97, resumed.ScoredRows);
        Assert.Equal(RunText.Of(resumed), RunText.Of(await _bench.RunAsync(Allow(0.03, spec), "other")));
    }

    [Fact]
    public async Task WrongShapeAtARow_IsNamed()
    {
        var spec = _bench.VectorSpec(train: [[1, 0, 0, 0]], test: [[1, 0, 0, 0]]);
        using (var stream = File.Create(_bench.File("train.arrow")))
        {
            var raw = new BinaryColumnWriter("x");
            foreach (var byteCount in new[] { 16, 16, 12, 16 })
                raw.Append(new byte[byteCount]);
            new ArrowWriter(stream, [raw]).Complete();
        }

        Assert.StartsWith(
            $"1 of 4 training rows cannot be scored so far; expected at most 0.1 %. Among them: {_bench.File("train.arrow")}:2 (wrong-length).",
            await _bench.RefusalOf(spec, FailureKind.Data),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task LossThatIsNoNumber_IsNamed() => Assert.StartsWith(
        $"1 of 100 training rows cannot be scored so far; expected at most 0.1 %. Among them: {_bench.File("train.arrow")}:50 (id 1050, non-finite-loss).",
        await _bench.RefusalOf(_bench.Spec(train: new Images { NaNRows = [50] }), FailureKind.Data),
        StringComparison.Ordinal);

    [Fact]
    public async Task LimitThatAnEarlierSessionPassed_StopsBeforeAnyScoring()
    {
        var spec = _bench.Spec(train: new Images { NullRows = [3, 70, 71] });
        await _bench.RunAsync(Allow(1, spec));
        File.Delete(Path.Combine(_bench.File("run"), "parts", "00000001.arrow"));
        Assert.Contains("3 of 100 training rows cannot be scored", await _bench.RefusalOf(Allow(0.02, spec), FailureKind.Data), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AsManyUnscorableRowsAsAllowed_DoNotStopTheRun()
    {
        // 0.29 × 100 is less than 29 in doubles.
        var result = await _bench.RunAsync(Allow(0.29, _bench.Spec(train: new Images { NullRows = [.. Enumerable.Range(10, 29)] })));
        Assert.Equal(71, result.ScoredRows);
    }

    [Fact]
    public async Task BadFirstRowsOfAGoodSet_DoNotStopTheRun()
    {
        var result = await _bench.RunAsync(Allow(0.02, _bench.Spec(train: new Images { NullRows = [0, 1] })));
        Assert.Equal(98, result.ScoredRows);
    }

    [Fact]
    public async Task RowsOnWhichTheModelFails_ChangeNoOtherRow()
    {
        // 8 is the first of a mini-batch, 19 and 20 are in the short last one.
        int[] bad = [3, 8, 19];
        var spec = _bench.Spec(train: new Images { RowCount = 21, NullRows = bad });
        spec = Allow(1, spec with { Score = spec.Score with { TopK = 1000 } });
        var expected = Rows(await _bench.RunAsync(spec));

        new Images { RowCount = 21, WrongLabelRows = bad }.Write(_bench.File("train.arrow"));
        var log = new ProgressLog();
        var found = await _bench.RunAsync(spec, "other", log);
        Assert.Equal(expected, Rows(found));
        Assert.Equal(18, found.ScoredRows);
        Assert.Equal([(3L, UnscorableReason.ModelError), (8L, UnscorableReason.ModelError), (19L, UnscorableReason.ModelError)],
            found.Unscorable.Sample.Select(row => (row.TrainRow, row.Reason)));
        var notice = Assert.Single(log.Reports, report => report.Notice is not null).Notice!;
        Assert.StartsWith($"The model fails on {_bench.File("train.arrow")}:3: ", notice, StringComparison.Ordinal);
        Assert.Contains("Target 3 is out of bounds.", notice, StringComparison.Ordinal);
        Assert.EndsWith("Such rows count as unscorable (model-error).", notice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RowsOnWhichTheModelFails_CountAlikeInAWarmRun()
    {
        var spec = Allow(1, _bench.Spec(train: new Images { WrongLabelRows = [3, 41], NaNRows = [50] }));
        spec = spec with { Compute = spec.Compute with { Cache = _bench.File("cache") } };
        var cold = await _bench.RunAsync(spec);
        Assert.Equal(RunText.Of(cold), RunText.Of(await _bench.RunAsync(spec, "warm")));
        Assert.Equal(2, cold.Unscorable.CountOf(UnscorableReason.ModelError));
    }

    [Fact]
    public async Task LastRowAlone_OnWhichTheModelFails_IsUnscorable()
    {
        var result = await _bench.RunAsync(Allow(1, _bench.Spec(train: new Images { RowCount = 17, WrongLabelRows = [16] })));
        Assert.Equal((17, 16), (result.ExpectedRows, result.ScoredRows));
    }

    [Fact]
    public async Task TooManyRowsOnWhichTheModelFails_StopTheRunWithItsWords()
    {
        var message = await _bench.RefusalOf(_bench.Spec(train: new Images { WrongLabelRows = [33] }), FailureKind.Data);
        var row = $"{_bench.File("train.arrow")}:33";
        Assert.StartsWith(
            $"1 of 100 training rows cannot be scored so far; expected at most 0.1 %. Among them: {row} (id 1033, model-error). The model fails on {row}: ",
            message,
            StringComparison.Ordinal);
        Assert.Contains("Target 3 is out of bounds.", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MiniBatchOnWhichTheModelFailsAsAWhole_IsTheModelsFault()
    {
        var spec = Allow(1, _bench.Spec(train: new Images { WrongLabelRows = [.. Enumerable.Range(16, 8)] }));
        Assert.StartsWith(
            $"{_bench.File("train.arrow")}: rows 16 to 23: the model fails on each of these rows. {Archives.Classifier}, with ",
            await _bench.RefusalOf(spec, FailureKind.Invalid),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task RowOnWhichOneAscendedModelFails_StillRanksUnderTheOthers()
    {
        var spec = Allow(1, _bench.VectorSpec(
            train: [[1, 0, 0, 0], [0, 1, 0, 0], [2, 0, 0, 0], [0, 0, 1, 0]],
            test: [[1, 0, 0, 0], [0, 1, 0, 0]],
            model: Archives.Bounded));

        // As with the exponential model, but a loss that is no number is an assertion that fails.
        var result = await _bench.RunAsync(spec with { Ascent = new AscentSpec { Optimizer = OptimizerKind.Sgd, LearningRate = 60 } });
        Assert.Equal(new UnscorableRow(2, UnscorableReason.NonFiniteLoss), Assert.Single(result.Unscorable.Sample));
        Assert.Equal([0L, 1, 3], result.Queries[0].Top.Select(row => row.TrainRow));
        Assert.Equal([1L, 0, 2, 3], result.Queries[1].Top.Select(row => row.TrainRow));
    }

    public void Dispose() => _bench.Dispose();

    private static IEnumerable<(string Query, long TrainRow, float LossDifference, float BaseLoss)> Rows(RunResult result) =>
        result.Queries.SelectMany(query => query.Top.Select(row => (query.Query.Name, row.TrainRow, row.LossDifference, row.BaseLoss)));

    private static RunSpec Allow(double share, RunSpec spec) => spec with { Score = spec.Score with { MaxUnscorable = share } };
}
