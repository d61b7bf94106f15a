using System.Collections.Immutable;
using MirroredInfluence.Arrow;

namespace MirroredInfluence.Engine.Tests;

/// <summary>What a plan refuses, word for word.</summary>
public sealed class PlanTests : IDisposable
{
    private readonly Workbench _bench = new();

    [Fact]
    public async Task MissingTrainingFile_IsRefused()
    {
        var spec = _bench.Spec();
        Assert.StartsWith(
            $"train.shards: there is no file '{_bench.File("gone.arrow")}'",
            await _bench.RefusalOf(spec with { Train = spec.Train with { Shards = [_bench.File("gone.arrow")] } }, FailureKind.Invalid),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task MissingModel_IsRefused() => Assert.StartsWith(
        $"{_bench.File("gone.pt")}: there is no such model file.", await _bench.RefusalOf(_bench.Spec(_bench.File("gone.pt")), FailureKind.Invalid), StringComparison.Ordinal);

    [Fact]
    public async Task ModelThatIsNotTorchScript_IsRefused()
    {
        var spec = _bench.Spec();
        var message = await _bench.RefusalOf(spec with { Model = new ModelSpec { Uri = _bench.File("train.arrow") } }, FailureKind.Invalid);
        Assert.Contains(_bench.File("train.arrow"), message, StringComparison.Ordinal);
        Assert.Contains("TorchScript", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ModelWithAnotherDigest_IsRefused()
    {
        var spec = _bench.Spec();
        var message = await _bench.RefusalOf(spec with { Model = spec.Model with { Sha256 = new string('0', 64) } }, FailureKind.Invalid);
        Assert.Contains("the run pins 0000", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ForwardThatReturnsAScalar_IsRefused()
    {
        var spec = _bench.VectorSpec(train: [[1, 0, 0, 0]], test: [[1, 0, 0, 0]], Archives.Scalar);
        var message = await _bench.RefusalOf(spec, FailureKind.Invalid);
        Assert.Contains("scalar", message, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("[1]", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ArgumentWithoutAColumn_IsRefused()
    {
        var spec = _bench.Spec();
        Assert.Equal(
            $"{_bench.File("train.arrow")}: no column 'pixels' for the model's argument 'image'; the file has image, label, id, source. Name one in train.columns.image.column, as --train-columns image=COLUMN does; "
            + "the one name holds for training and test files, so each must have it.",
            await _bench.RefusalOf(WithColumn(spec, "image", new ColumnSpec { Column = "pixels" }), FailureKind.Invalid));
    }

    [Fact]
    public async Task ColumnOfAnUnknownArgument_IsRefused() => Assert.Equal(
        "train.columns.imaeg: the model's forward has no argument 'imaeg'; expected one of image, label; did you mean image?",
        await _bench.RefusalOf(WithColumn(_bench.Spec(), "imaeg", new ColumnSpec()), FailureKind.Invalid));

    [Fact]
    public async Task WrongDtype_IsRefused()
    {
        var spec = _bench.Spec();
        _bench.WriteRealLabel("train.arrow");

        Assert.Equal(
            "Argument 'label' is int64; column 'label' is float32, whose values it cannot all hold.",
            await _bench.RefusalOf(spec with { Train = spec.Train with { Id = null } }, FailureKind.Invalid));
    }

    [Fact]
    public async Task WrongShape_IsRefused()
    {
        var message = await _bench.RefusalOf(WithColumn(_bench.Spec(), "image", new ColumnSpec { Shape = [1, 5, 5] }), FailureKind.Invalid);
        Assert.Contains("column 'image'", message, StringComparison.Ordinal);
        Assert.Contains("a row holds 16 elements; shape [1,5,5] needs 25", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TruncatedTrainingFile_IsRefused()
    {
        var spec = _bench.Spec();
        var bytes = File.ReadAllBytes(_bench.File("train.arrow"));
        File.WriteAllBytes(_bench.File("train.arrow"), bytes[..(bytes.Length / 2)]);
        Assert.StartsWith($"{_bench.File("train.arrow")}: ", await _bench.RefusalOf(spec, FailureKind.Data), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EmptyTrainingSet_IsRefused() => Assert.Equal(
        $"train.shards: the training set is empty: 1 files with 0 rows, {_bench.File("train.arrow")} the first; expected at least one row.",
        await _bench.RefusalOf(_bench.Spec(train: new Images { RowCount = 0 }), FailureKind.Data));

    [Fact]
    public async Task FilesThatDisagreeInShape_AreRefused()
    {
        var spec = _bench.VectorSpec(train: [[1, 0, 0, 0]], test: [[1, 0, 0, 0]], Archives.Exponential);
        _bench.WriteVectors("train-2.arrow", [[1, 0, 0]]);
        Assert.Contains(
            $"{_bench.File("train-2.arrow")}: column 'x'",
            await _bench.RefusalOf(spec with { Train = spec.Train with { Shards = [_bench.File("train.arrow"), _bench.File("train-2.arrow")] } }, FailureKind.Invalid),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task FileWithoutAColumn_IsRefused()
    {
        var spec = _bench.Spec();
        _bench.WriteVectors("train-2.arrow", [[1, 0, 0, 0]]);
        Assert.StartsWith(
            $"{_bench.File("train-2.arrow")}: no column 'image' for the model's argument 'image'; the file has x.",
            await _bench.RefusalOf(spec with { Train = spec.Train with { Shards = [_bench.File("train.arrow"), _bench.File("train-2.arrow")] } }, FailureKind.Invalid),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task IdColumnOfRealNumbers_IsRefused()
    {
        var spec = _bench.VectorSpec(train: [[1, 0, 0, 0]], test: [[1, 0, 0, 0]]);
        using (var stream = File.Create(_bench.File("train.arrow")))
        {
            var x = new TensorColumnWriter("x", ElementType.Float32, [4]);
            var id = new TensorColumnWriter("id", ElementType.Float32);
            x.AppendRows<float>([1, 2, 3, 4]);
            id.Append(0.5f);
            new ArrowWriter(stream, [x, id]).Complete();
        }

        Assert.StartsWith(
            $"{_bench.File("train.arrow")}: id column 'id' holds Real values such as 0.5; expected integers, texts or bytes.",
            await _bench.RefusalOf(spec with { Train = spec.Train with { Id = "id" } }, FailureKind.Invalid),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnknownEstimator_IsRefused()
    {
        var spec = _bench.Spec();
        Assert.Contains("score.estimator", await _bench.RefusalOf(spec with { Score = spec.Score with { Estimator = "forward" } }, FailureKind.Invalid), StringComparison.Ordinal);
    }

    [Fact]
    public async Task StoredTypeOfATypedColumn_IsRefused() => Assert.Equal(
        $"train.columns.image.storedDtype: column 'image' of {_bench.File("train.arrow")} is typed float32; expected a binary column. Leave storedDtype out.",
        await _bench.RefusalOf(WithColumn(_bench.Spec(), "image", new ColumnSpec { StoredDtype = ElementType.UInt8 }), FailureKind.Invalid));

    [Fact]
    public async Task TopKAboveTheRows_KeepsAllRows()
    {
        var spec = _bench.Spec();
        var result = await _bench.RunAsync(spec with { Score = spec.Score with { TopK = 5000 } });
        Assert.All(result.Queries, query => Assert.Equal(100, query.Top.Length));
    }

    [Fact]
    public async Task UndeclaredModel_TakesTheColumnsOwnShapes() => Assert.Equal(
        RunText.RankingOf(await _bench.RunAsync(_bench.Spec())), RunText.RankingOf(await _bench.RunAsync(_bench.Spec(Archives.Undeclared), "other")));

    [Fact]
    public async Task RawBytes_AreReadAsTheSpecSays()
    {
        var spec = _bench.VectorSpec(train: [[1, 0, 0, 0], [0, 2, 0, 0]], test: [[1, 0, 0, 0]]);
        var typed = await _bench.RunAsync(spec);
        foreach (var (name, rows) in new[] { ("train.arrow", new float[][] { [1, 0, 0, 0], [0, 2, 0, 0] }), ("test.arrow", [[1, 0, 0, 0]]) })
        {
            using var stream = File.Create(_bench.File(name));
            var raw = new BinaryColumnWriter("x");
            foreach (var row in rows)
                raw.Append([.. row.SelectMany(BitConverter.GetBytes)]);
            new ArrowWriter(stream, [raw]).Complete();
        }

        Assert.Equal(RunText.RankingOf(typed), RunText.RankingOf(await _bench.RunAsync(spec, "raw")));
    }

    public void Dispose() => _bench.Dispose();

    private static RunSpec WithColumn(RunSpec spec, string argument, ColumnSpec column) =>
        spec with { Train = spec.Train with { Columns = ImmutableSortedDictionary<string, ColumnSpec>.Empty.Add(argument, column) } };
}
