using System.Text.Json.Nodes;

namespace MirroredInfluence.Core.Tests;

public sealed class SpecFlagsTests
{
    [Fact]
    public void FlagsAlone_MakeASpec()
    {
        var spec = Read(
            ("--model-uri", ["m.pt"]),
            ("--train-shards", ["a,b.arrow", "c.arrow"]),
            ("--test-shards", ["t.arrow"]),
            ("--train-columns", ["image=pixels", "label=y"]),
            ("--ascent-learning-rate", ["1e-5"]),
            ("--ascent-optimizer", ["sgd"]),
            ("--score-save-losses", ["true"]),
            ("--score-draws-count", ["2"]),
            ("--score-draws-noise-argument", ["noise"]),
            ("--score-draws-noise-shape", ["4,8,8"]),
            ("--ascent-flat-loss-escape", ["true"]),
            ("--seed", ["7"]));
        Assert.Equal(["a,b.arrow", "c.arrow"], spec.Train.Shards);
        Assert.Equal("pixels", spec.Train.Columns["image"].Column);
        Assert.Equal(1e-5, spec.Ascent.LearningRate);
        Assert.True(spec.Score.SaveLosses);
        Assert.Equal([4, 8, 8], spec.Score.Draws!.NoiseShape!.Value);
        Assert.Equal(3.0, spec.Ascent.FlatLossEscape!.Radius);
        Assert.Equal(7UL, spec.Seed);
    }

    [Fact]
    public void AFlag_ReplacesWhatTheSpecSays()
    {
        var spec = JsonNode.Parse("""{"train": {"shards": ["a"], "id": "x"}, "score": {"draws": null}}""")!.AsObject();
        Apply(spec, "train.shards", "b");
        Apply(spec, "train.id", "y");
        Apply(spec, "score.draws.count", "3");
        Assert.Equal("""{"train":{"shards":["b"],"id":"y"},"score":{"draws":{"count":3}}}""", spec.ToJsonString());
    }

    [Fact]
    public void ColumnFlags_KeepWhatElseTheSpecSaysOfTheColumn()
    {
        var spec = JsonNode.Parse("""{"train": {"columns": {"image": {"scale": 0.5, "column": "a"}, "label": {"column": "y"}}}}""")!.AsObject();
        Apply(spec, "train.columns", "image=b", """{"text": {"dtype": "int64"}}""");
        Assert.Equal("""{"train":{"columns":{"image":{"scale":0.5,"column":"b"},"label":{"column":"y"},"text":{"dtype":"int64"}}}}""", spec.ToJsonString());
    }

    [Fact]
    public void ASectionSwitchedOnOrOff_KeepsOrLosesItsValues()
    {
        var spec = JsonNode.Parse("""{"ascent": {"flatLossEscape": {"radius": 1}}}""")!.AsObject();
        Apply(spec, "ascent.flatLossEscape", "true");
        Assert.Equal("""{"ascent":{"flatLossEscape":{"radius":1}}}""", spec.ToJsonString());
        Apply(spec, "ascent.flatLossEscape", "false");
        Assert.Equal("""{"ascent":{"flatLossEscape":null}}""", spec.ToJsonString());
    }

    [Theory]
    [InlineData("--ascent-steps", "three", "ascent.steps: found \"three\"; expected a whole number of 1 or more.")]
    [InlineData("--ascent-steps", "[1]", "ascent.steps: found \"[1]\"; expected a whole number of 1 or more.")]
    [InlineData("--ascent-optimizer", "adma", "ascent.optimizer: found \"adma\"; expected one of sgd, adam, adamw; did you mean adam?")]
    [InlineData("--score-save-losses", "yes", "score.saveLosses: found \"yes\"; expected true or false.")]
    [InlineData("--score-draws", "4", "score.draws: found \"4\"; expected an object.")]
    [InlineData("--train-columns", "pixels", "train.columns: found \"pixels\"; expected an object of arguments (as a flag: argument=column).")]
    [InlineData("--train-columns", "{\"image\": {\"colum\": \"a\"}}", "train.columns.image.colum: unknown field; did you mean train.columns.image.column?")]
    public void AValueThatIsWrong_IsRefusedByItsPath(string flag, string value, string message)
    {
        var exception = Assert.Throws<MirroredException>(() =>
            Read(("--model-uri", ["m"]), ("--train-shards", ["t"]), ("--test-shards", ["t"]), (flag, [value])));
        Assert.Equal(FailureKind.Invalid, exception.Kind);
        Assert.Equal(message, exception.Message);
    }

    [Fact]
    public void ASectionThatIsNone_IsRefused()
    {
        var spec = JsonNode.Parse("""{"ascent": 3}""")!.AsObject();
        var exception = Assert.Throws<MirroredException>(() => Apply(spec, "ascent.steps", "2"));
        Assert.Equal("--ascent-steps: the spec's ascent is 3; expected an object.", exception.Message);
    }

    private static void Apply(JsonObject spec, string path, params string[] values) =>
        SpecFlags.Apply(spec, SpecField.All.Single(field => field.Path == path), values);

    private static RunSpec Read(params (string Flag, string[] Values)[] flags)
    {
        var spec = new JsonObject();
        foreach (var (flag, values) in flags)
            SpecFlags.Apply(spec, SpecField.All.Single(field => field.Flag == flag), values);
        return RunSpecReader.Read(spec);
    }
}
