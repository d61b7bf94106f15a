namespace MirroredInfluence.Storage.Tests;

public sealed class BaseLossCacheTests : IDisposable
{
    private static readonly float[] Losses = [1, float.NaN, -0f, 1e-45f];

    private readonly TemporaryFolder _folder = new();
    private readonly BaseLossCache _cache;

    public BaseLossCacheTests() => _cache = new BaseLossCache(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void LossesThatWereKept_AreReadBitForBit()
    {
        var read = new float[4];
        Assert.False(_cache.TryRead(Key(), read));
        Assert.True(_cache.TryWrite(Key(), Losses));
        Assert.True(_cache.TryRead(Key(), read));
        Assert.Equal(Losses.Select(BitConverter.SingleToInt32Bits), read.Select(BitConverter.SingleToInt32Bits));
    }

    [Fact]
    public void LossesOfAnotherShape_AreNotRead()
    {
        _cache.TryWrite(Key(), Losses);
        Assert.False(_cache.TryRead(Key(), new float[3]));
        Assert.False(_cache.TryRead(Key(), new float[5]));
    }

    [Fact]
    public void ADamagedEntry_IsIgnoredAndWrittenAgain()
    {
        _cache.TryWrite(Key(), Losses);
        var path = Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories).Single();
        var whole = File.ReadAllBytes(path);
        for (var place = 0; place < whole.Length; place++)
        {
            var damaged = whole.ToArray();
            damaged[place] ^= 1;
            File.WriteAllBytes(path, damaged);
            Assert.False(_cache.TryRead(Key(), new float[4]));
        }

        File.WriteAllBytes(path, whole[..^1]);
        Assert.False(_cache.TryRead(Key(), new float[4]));
        Assert.True(_cache.TryWrite(Key(), Losses));
        Assert.True(_cache.TryRead(Key(), new float[4]));
    }

    [Fact]
    public void AFolderThatCannotBeWritten_KeepsNothing()
    {
        File.WriteAllText(_folder.File("losses"), "a file where the folder should be");
        Assert.False(_cache.TryWrite(Key(), Losses));
        Assert.False(_cache.TryRead(Key(), new float[4]));
    }

    [Fact]
    public void QueriesAscentAndTopK_ShareBaseLosses()
    {
        var spec = Samples.Manifest.Spec;
        Assert.Equal(Key(), Key(spec with
        {
            Test = spec.Test with { Rows = "0" },
            Ascent = spec.Ascent with { Steps = 9 },
            Score = spec.Score with { TopK = 1, Estimator = "skew", Rank = RankOrder.Absolute },
            Seed = 5,
        }));
    }

    [Fact]
    public void AllThatDecidesABaseLoss_ChangesTheKey()
    {
        var spec = Samples.Manifest.Spec;
        var inputs = Samples.Manifest.Inputs;
        var noisy = spec with { Score = spec.Score with { Draws = new DrawSpec { Count = 2, NoiseArgument = "noise" } } };
        var unnamed = noisy with { Train = noisy.Train with { Id = null } };
        var shards = Samples.Plan.Shards;
        BaseLossKey[] keys =
        [
            Key(),
            Key(spec with { Score = spec.Score with { MiniBatchRows = 16 } }),
            Key(spec with { Compute = new ComputeSpec { ThreadsPerLane = 2 } }),
            Key(inputs: inputs with { ModelDigest = "other" }),
            Key(inputs: inputs with { Columns = inputs.Columns.Add("x", new ColumnSpec { Scale = 2 }) }),
            Key(shard: shards[1]),
            Key(shard: shards[0] with { FileDigest = "other" }),
            Key(runtime: "libtorch 2.5"),
            Key(noisy),
            Key(noisy with { Seed = 5 }),
            Key(noisy with { Score = noisy.Score with { Draws = noisy.Score.Draws! with { Timesteps = 5 } } }),
            Key(noisy, shard: shards[0] with { FileRowOffset = 5 }),
            Key(unnamed),
        ];
        Assert.Distinct(keys);
        Assert.Equal(Key(), Key(shard: shards[0] with { FileRowOffset = 5 }));
    }

    private static BaseLossKey Key(RunSpec? spec = null, RunInputs? inputs = null, Shard? shard = null, string runtime = "libtorch 1.13.1") => BaseLossKey.Of(
        RunManifest.Create(spec ?? Samples.Manifest.Spec, inputs ?? Samples.Manifest.Inputs, "1.0"), shard ?? Samples.Plan.Shards[0], runtime);
}
