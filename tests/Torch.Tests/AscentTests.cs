namespace MirroredInfluence.Torch.Tests;

public sealed class AscentTests
{
    [Fact]
    public void AscendedTensorsAndLosses_AreThoseOfTorchOptim()
    {
        foreach (var golden in Golden.Ascents)
        {
            using var model = Models.Load(golden.Model);
            using var rows = Golden.Rows();
            var result = model.Ascend(golden.Spec, rows);
            using var weights = result.Weights;
            Assert.Equal(golden.Tensors.Keys, weights.TensorNames);
            foreach (var (name, expected) in golden.Tensors)
                Golden.AssertClose(expected, Tensors.Read(model, weights, name), $"{golden.Model} {golden.Spec} {name}");
            Golden.AssertClose([(float)golden.LossBefore, (float)golden.LossAfter], [(float)result.LossBefore, (float)result.LossAfter], golden.Spec.ToString());
        }
    }

    [Fact]
    public void RepeatedAscent_GivesTheSameBytes()
    {
        using var rows = Golden.Rows();
        foreach (var (name, mode) in (ReadOnlySpan<(string, AscentMode)>)[("mlp", AscentMode.Eval), ("normalised", AscentMode.Train), ("dropped", AscentMode.Train)])
        {
            using var model = Models.Load(name);
            var spec = new AscentSpec { Mode = mode, Steps = 3 };
            using var first = model.Ascend(spec, rows).Weights;
            using var second = model.Ascend(spec, rows).Weights;
            Assert.Equal(Tensors.Bytes(first), Tensors.Bytes(second));
        }
    }

    [Fact]
    public void TrainOwners_MovesOnlyTheBuffersOfModulesThatTrain()
    {
        using var model = Models.Load("normalised");
        using var rows = Golden.Rows();
        var spec = new AscentSpec { Mode = AscentMode.TrainOwners };
        using var all = model.Ascend(spec with { Trainable = ["norm.*"] }, rows).Weights;
        Assert.Equal(["norm.bias", "norm.num_batches_tracked", "norm.running_mean", "norm.running_var", "norm.weight"], all.TensorNames);
        var message = Refusals.Invalid(() => model.Ascend(spec with { Trainable = ["out.*"] }, rows));
        Assert.Contains(
            "train mode changes nothing: forward reads the mode of no module that owns a trainable parameter, such as a BatchNorm; ascend in eval mode",
            message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void TrainModeOfAScriptedModelWithoutModes_DoesNotBlameTracing()
    {
        using var model = Models.Load("mlp");
        using var rows = Golden.Rows();
        var message = Refusals.Invalid(() => model.Ascend(new AscentSpec { Mode = AscentMode.Train }, rows));
        Assert.EndsWith("train mode changes nothing: forward reads the mode of no module, such as a BatchNorm; ascend in eval mode", message, StringComparison.Ordinal);
    }

    [Fact]
    public void TrainModeOfATracedModel_IsRefused()
    {
        using var model = Models.Load("traced");
        using var rows = Golden.Rows();
        var message = Refusals.Invalid(() => model.Ascend(new AscentSpec { Mode = AscentMode.Train }, rows));
        Assert.Contains(
            "train mode changes nothing: forward reads the mode of no module; the mode of its BatchNorm or Dropout is fixed in the archive, as torch.jit.trace does: ",
            message,
            StringComparison.Ordinal);
        model.Ascend(new AscentSpec(), rows).Weights.Dispose();
    }

    [Fact]
    public void OneRowInTrainModeOfBatchNorm_SaysToRepeatIt()
    {
        using var model = Models.Load("normalised");
        using var rows = Rows.Make(1);
        var message = Refusals.Invalid(() => model.Ascend(new AscentSpec { Mode = AscentMode.Train }, rows));
        Assert.Contains("ascent.repeat", message, StringComparison.Ordinal);
        model.Ascend(new AscentSpec { Mode = AscentMode.Train, Repeat = 2 }, rows).Weights.Dispose();
    }

    [Fact]
    public void GlobWithoutAParameter_IsRefused()
    {
        using var model = Models.Load("mlp");
        using var rows = Rows.Make(1);
        var message = Refusals.Invalid(() => model.Ascend(new AscentSpec { Trainable = ["out.*", "head.*"] }, rows));
        Assert.Contains("no floating-point parameter matches 'head.*'; the model's parameters are hidden.weight", message, StringComparison.Ordinal);
    }

    [Fact]
    public void TiedParameter_IsFoundByItsOtherName()
    {
        using var model = Models.Load("tied");
        using var rows = Golden.Rows();
        using var weights = model.Ascend(new AscentSpec { Trainable = ["second.*"] }, rows).Weights;
        Assert.Equal(["first.weight"], weights.TensorNames);
    }

    [Fact]
    public void PerturbationOfAnIntegerArgument_IsRefused()
    {
        using var model = Models.Load("mlp");
        using var rows = Rows.Make(1);
        var batch = rows.ToBatch(Models.Bind(model)) with { Perturbation = new InputPerturbation("y", 3, 0) };
        Assert.Contains("must be a floating-point column", Refusals.Invalid(() => model.AscendBatch(new AscentSpec(), batch)), StringComparison.Ordinal);
    }

    [Fact]
    public void Perturbation_ChangesTheLossAndNotTheRow()
    {
        using var model = Models.Load("mlp");
        using var rows = Rows.Make(1);
        var batch = rows.ToBatch(Models.Bind(model));
        var plain = model.AscendBatch(new AscentSpec(), batch);
        var moved = model.AscendBatch(new AscentSpec(), batch with { Perturbation = new InputPerturbation("x", 3, 0) });
        var other = model.AscendBatch(new AscentSpec(), batch with { Perturbation = new InputPerturbation("x", 3, 1) });
        var again = model.AscendBatch(new AscentSpec(), batch);
        Assert.Equal(plain.LossBefore, again.LossBefore);
        Assert.Equal(3, new[] { plain.LossBefore, moved.LossBefore, other.LossBefore }.Distinct().Count());
        foreach (var result in (AscentResult[])[plain, moved, other, again])
            result.Weights.Dispose();
    }

    [Fact]
    public void CancelledToken_StopsTheAscent()
    {
        using var model = Models.Load("mlp");
        using var rows = Rows.Make(1);
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => model.Ascend(new AscentSpec(), rows.ToBatch(Models.Bind(model)), source.Token));
    }
}
