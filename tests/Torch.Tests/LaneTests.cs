namespace MirroredInfluence.Torch.Tests;

public sealed class LaneTests
{
    [Fact]
    public void LossesUnderTheBaseModel_AreThoseOfPyTorch()
    {
        foreach (var (name, expected) in Golden.BaseLosses)
        {
            using var model = Models.Load(name);
            using var lane = model.CreateLane(Models.Bind(model));
            using var rows = Golden.Rows();
            Golden.AssertClose(expected, rows.Losses(lane), name);
        }
    }

    [Fact]
    public void FirstLosses_AreTheBitsOfLaterOnes()
    {
        using var model = Models.Load("normalised");
        using var rows = Rows.Make(32);
        using var lane = model.CreateLane(Models.Bind(model));
        var first = rows.Losses(lane);
        for (var repetition = 0; repetition < 10; repetition++)
            Assert.Equal(first, rows.Losses(lane));
        using var later = model.CreateLane(Models.Bind(model));
        Assert.Equal(first, rows.Losses(later));
    }

    [Fact]
    public void LanesOfManyThreads_GiveTheBitsOfOne()
    {
        using var model = Models.Load("normalised");
        using var rows = Rows.Make(32);
        using var ascent = model.Ascend(new AscentSpec(), rows).Weights;
        using var alone = model.CreateLane(Models.Bind(model));
        var (expectedBase, expectedAscended) = (rows.Losses(alone), rows.Losses(alone, ascent));
        Parallel.For(0, 4, _ =>
        {
            using var lane = model.CreateLane(Models.Bind(model));
            for (var repetition = 0; repetition < 20; repetition++)
            {
                Assert.Equal(expectedAscended, rows.Losses(lane, ascent));
                Assert.Equal(expectedBase, rows.Losses(lane));
            }
        });
    }

    [Fact]
    public void RowsAtAnyAlignment_GiveTheSameBits()
    {
        using var model = Models.Load("mlp");
        using var lane = model.CreateLane(Models.Bind(model));
        using var aligned = Rows.Make(32);
        var expected = aligned.Losses(lane);
        foreach (var misalignment in (int[])[4, 8, 16, 20, 32, 1, 2, 3])
        {
            using var rows = Rows.Make(32, misalignment);
            Assert.Equal(expected, rows.Losses(lane));
        }
    }

    [Fact]
    public void SplitModel_GivesTheLossesOfItsForwardWhateverMoved()
    {
        using var model = Models.Load("split");
        using var rows = Rows.Make(8);
        var layout = Models.Bind(model);
        foreach (var trainable in (string[])["out.*", "hidden.*"])
        {
            using var weights = model.Ascend(new AscentSpec { Trainable = [trainable] }, rows).Weights;
            Assert.Equal(trainable == "out.*", weights.SharesPrefix);
            using var fresh = model.CreateLane(layout);
            var alone = rows.Losses(fresh, weights);
            using var lane = model.CreateLane(layout);
            var basis = rows.Losses(lane);
            Assert.Equal(alone, rows.Losses(lane, weights));
            Assert.NotEqual(basis, alone);
            Assert.Equal(basis, rows.Losses(lane));
        }
    }

    [Fact]
    public void NoiseOfARow_IsTheSameInAnyMiniBatch()
    {
        using var model = Models.Load("denoiser");
        using var rows = Rows.Make(6);
        using var lane = model.CreateLane(Models.Bind(model, seed: 5));
        var whole = rows.Losses(lane, columnCount: 1, drawIndex: 3);
        Assert.NotEqual(whole, rows.Losses(lane, columnCount: 1, drawIndex: 4));
        var loss = new float[1];
        for (var row = 0; row < rows.Count; row++)
        {
            lane.Load(rows.Pointers(1, row, 1), 1, [(ulong)row]);
            lane.Losses(null, 3, loss);
            Assert.Equal(whole[row], loss[0], 1e-6f);
        }
    }

    [Fact]
    public void ForwardThatReturnsAScalar_IsRefused()
    {
        using var model = Models.Load("scalar");
        using var lane = model.CreateLane(Models.Bind(model));
        using var rows = Rows.Make(3);
        var message = Refusals.Invalid(() => rows.Losses(lane, columnCount: 1));
        Assert.Contains("returned a scalar; expected the loss of each row, float32 [3], unreduced", message, StringComparison.Ordinal);
    }

    [Fact]
    public void ArgumentsThatForwardRefuses_AreNamedWithTheirColumns()
    {
        using var model = Models.Load("scalar");
        var layout = ArgumentLayout.Bind(model.Signature, [Models.Column("x", ElementType.Float32, 2)]);
        using var lane = model.CreateLane(layout);
        using var rows = Rows.Make(3);
        var message = Refusals.Invalid(() => rows.Losses(lane, columnCount: 1));
        Assert.Contains("x = column 'xs' (float32 → float32 [2])", message, StringComparison.Ordinal);
        Assert.Contains("forward(x float32 [3,2]) failed: size mismatch", message, StringComparison.Ordinal);
    }

    [Fact]
    public void WeightsOfAnotherModel_AreRefused()
    {
        using var model = Models.Load("mlp");
        using var other = Models.Load("mlp");
        using var rows = Rows.Make(2);
        using var weights = other.Ascend(new AscentSpec(), rows).Weights;
        using var lane = model.CreateLane(Models.Bind(model));
        Assert.Equal(FailureKind.Internal, Assert.Throws<MirroredException>(() => rows.Losses(lane, weights)).Kind);
    }
}
