using System.Text.Json.Nodes;

namespace MirroredInfluence.Core.Tests;

public sealed class RunSpecReaderTests
{
    private const string Minimal = """{"model": {"uri": "m.pt"}, "train": {"shards": "train/*.arrow"}, "test": {"shards": ["a.arrow", "b.arrow"]}}""";

    [Fact]
    public void AMinimalSpec_HasTheDocumentedDefaults()
    {
        var spec = Read(Minimal);
        Assert.Equal(["train/*.arrow"], spec.Train.Shards);
        Assert.Equal(["a.arrow", "b.arrow"], spec.Test.Shards);
        Assert.Equal("row", spec.Test.Query);
        Assert.Equal((AscentDirection.Ascent, 1, OptimizerKind.Adam, 0.005, AscentMode.Eval),
            (spec.Ascent.Direction, spec.Ascent.Steps, spec.Ascent.Optimizer, spec.Ascent.LearningRate, spec.Ascent.Mode));
        Assert.Equal(["*"], spec.Ascent.Trainable);
        Assert.Equal(("forward-inf", RankOrder.Proponents, 100, 32), (spec.Score.Estimator, spec.Score.Rank, spec.Score.TopK, spec.Score.MiniBatchRows));
        Assert.Null(spec.Score.Draws);
        Assert.Equal(0UL, spec.Seed);
    }

    [Fact]
    public void EveryKindOfField_IsRead()
    {
        var spec = Read("""
            {
              "model": {"uri": "m.pt", "sha256": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"},
              "train": {"shards": ["t"], "id": "key", "columns": {"z": {}, "image": {"column": "image.bytes", "dtype": "float32", "storedDtype": "uint8", "shape": [1, 28, 28], "scale": 0.00392, "offset": -0.5}}},
              "test": {"shards": "t", "rows": "0..9,42", "query": "all"},
              "ascent": {"direction": "descent", "steps": 3, "optimizer": "adamw", "mode": "train-owners", "trainable": ["fc.*"], "flatLossEscape": {"growth": 1.5}},
              "score": {"rank": "absolute", "draws": {"count": 4, "noiseArgument": "noise", "noiseShape": [4, 8, 8], "timestepArgument": "t"}, "saveLosses": true},
              "compute": {"device": "cuda:1", "lanes": 2, "cache": "none"},
              "seed": 18446744073709551615
            }
            """);
        var image = spec.Train.Columns["image"];
        Assert.Equal(("image.bytes", ElementType.Float32, ElementType.UInt8, 0.00392, -0.5), (image.Column, image.Dtype, image.StoredDtype, image.Scale, image.Offset));
        Assert.Equal([1, 28, 28], image.Shape!.Value);
        Assert.Equal(["image", "z"], spec.Train.Columns.Keys);
        Assert.Equal((AscentDirection.Descent, OptimizerKind.AdamW, AscentMode.TrainOwners), (spec.Ascent.Direction, spec.Ascent.Optimizer, spec.Ascent.Mode));
        Assert.Equal((3.0, 1.5), (spec.Ascent.FlatLossEscape!.Radius, spec.Ascent.FlatLossEscape.Growth));
        Assert.Equal((4, "noise", "t", 1000), (spec.Score.Draws!.Count, spec.Score.Draws.NoiseArgument, spec.Score.Draws.TimestepArgument, spec.Score.Draws.Timesteps));
        Assert.Equal(ulong.MaxValue, spec.Seed);
        Assert.Equal(2, spec.Compute.Lanes);
    }

    [Fact]
    public void NullForAnOptionalField_IsItsDefault()
    {
        var spec = Read(With("score.draws", "null"));
        Assert.Null(spec.Score.Draws);
        Assert.Null(Read(With("train.id", "null")).Train.Id);
    }

    [Fact]
    public void AScalarsShape_IsAnEmptyList() =>
        Assert.Empty(Read(With("train.columns", """{"label": {"shape": []}}""")).Train.Columns["label"].Shape!.Value);

    [Theory]
    [InlineData("ascent.learnigRate", "1", "ascent.learnigRate: unknown field; did you mean ascent.learningRate?")]
    [InlineData("learningRate", "1", "learningRate: unknown field; did you mean ascent.learningRate?")]
    [InlineData("score.topk", "1", "score.topk: unknown field; did you mean score.topK?")]
    [InlineData("report.zzzzzzzz", "1", "report.zzzzzzzz: unknown field; expected one of title, picture, caption.")]
    [InlineData("train.columns.image.dtyp", "1", "train.columns.image.dtyp: unknown field; did you mean train.columns.image.dtype?")]
    [InlineData("ascent.steps", "0", "ascent.steps: found 0; expected a whole number of 1 or more.")]
    [InlineData("ascent.steps", "1.5", "ascent.steps: found 1.5; expected a whole number of 1 or more.")]
    [InlineData("ascent.steps", "\"1\"", "ascent.steps: found \"1\"; expected a whole number of 1 or more.")]
    [InlineData("ascent.steps", "null", "ascent.steps: found null; expected a whole number of 1 or more.")]
    [InlineData("ascent.steps", "99999999999", "ascent.steps: found 99999999999; expected a whole number of 1 or more.")]
    [InlineData("ascent.learningRate", "0", "ascent.learningRate: found 0; expected a number above 0.")]
    [InlineData("ascent.learningRate", "-1", "ascent.learningRate: found -1; expected a number above 0.")]
    [InlineData("ascent.learningRate", "1e999", "ascent.learningRate: found 1e999; expected a number above 0.")]
    [InlineData("ascent.momentum", "1", "ascent.momentum: found 1; expected a number from 0 to below 1.")]
    [InlineData("ascent.weightDecay", "-0.1", "ascent.weightDecay: found -0.1; expected a number of 0 or more.")]
    [InlineData("ascent.repeat", "0", "ascent.repeat: found 0; expected a whole number of 1 or more.")]
    [InlineData("ascent.optimizer", "\"adm\"", "ascent.optimizer: found \"adm\"; expected one of sgd, adam, adamw; did you mean adam?")]
    [InlineData("ascent.mode", "\"TrainOwners\"", "ascent.mode: found \"TrainOwners\"; expected one of eval, train, train-owners; did you mean train-owners?")]
    [InlineData("ascent.direction", "1", "ascent.direction: found 1; expected one of ascent, descent.")]
    [InlineData("ascent.trainable", "[]", "ascent.trainable: found []; expected a text or a list of texts.")]
    [InlineData("ascent.trainable", "[1]", "ascent.trainable: found [1]; expected a text or a list of texts.")]
    [InlineData("ascent.flatLossEscape", "{\"threshold\": -1}", "ascent.flatLossEscape.threshold: found -1; expected a number of 0 or more.")]
    [InlineData("ascent.flatLossEscape", "{\"radius\": 0}", "ascent.flatLossEscape.radius: found 0; expected a number above 0.")]
    [InlineData("ascent.flatLossEscape", "{\"growth\": 1}", "ascent.flatLossEscape.growth: found 1; expected a number above 1.")]
    [InlineData("ascent.flatLossEscape", "{\"targetLoss\": -1}", "ascent.flatLossEscape.targetLoss: found -1; expected a number of 0 or more.")]
    [InlineData("ascent.flatLossEscape", "{\"attemptsMax\": 0}", "ascent.flatLossEscape.attemptsMax: found 0; expected a whole number of 1 or more.")]
    [InlineData("ascent.flatLossEscape", "true", "ascent.flatLossEscape: found true; expected an object.")]
    [InlineData("score.topK", "0", "score.topK: found 0; expected a whole number of 1 or more.")]
    [InlineData("score.miniBatchRows", "4097", "score.miniBatchRows: found 4097; expected a whole number from 1 to 4096.")]
    [InlineData("score.maxUnscorable", "1.1", "score.maxUnscorable: found 1.1; expected a number from 0 to 1.")]
    [InlineData("score.saveLosses", "1", "score.saveLosses: found 1; expected true or false.")]
    [InlineData("score.rank", "\"best\"", "score.rank: found \"best\"; expected one of proponents, opponents, absolute.")]
    [InlineData("score.estimator", "\"skw\"", "score.estimator: found 'skw'; expected one of forward-inf, skew; did you mean skew?")]
    [InlineData("score.draws", "{\"count\": 1025, \"noiseArgument\": \"n\"}", "score.draws.count: found 1025; expected a whole number from 1 to 1024.")]
    [InlineData("score.draws", "{\"noiseArgument\": \"n\"}", "score.draws.count: missing; expected a whole number from 1 to 1024.")]
    [InlineData("score.draws", "{\"count\": 1}", "score.draws.noiseArgument: missing; expected a text.")]
    [InlineData("score.draws", "{\"count\": 1, \"noiseArgument\": \"n\", \"timesteps\": 0}", "score.draws.timesteps: found 0; expected a whole number of 1 or more.")]
    [InlineData("score.draws", "{\"count\": 1, \"noiseArgument\": \"n\", \"noiseShape\": [2, 0]}", "score.draws.noiseShape: found [2,0]; expected a list: each a whole number of 1 or more.")]
    [InlineData("score.draws", "{\"count\": 1, \"noiseArgument\": \"n\", \"timestepArgument\": \"n\"}", "score.draws.timestepArgument: found 'n', which is also the noise argument; expected another argument.")]
    [InlineData("train.columns.image.dtype", "\"float23\"", "train.columns.image.dtype: found \"float23\"; expected one of bool, int8, int16, int32, int64, uint8, uint16, uint32, uint64, float16, float32, float64; did you mean float32?")]
    [InlineData("train.columns", "{\"image\": \"pixels\"}", "train.columns.image: found \"pixels\"; expected an object.")]
    [InlineData("train.columns", "[]", "train.columns: found []; expected an object of arguments (as a flag: argument=column).")]
    [InlineData("train.shards", "\"\"", "train.shards: found \"\"; expected a text or a list of texts.")]
    [InlineData("train.shards", "[]", "train.shards: found []; expected a text or a list of texts.")]
    [InlineData("train.id", "\"\"", "train.id: found \"\"; expected a text.")]
    [InlineData("test.rows", "\"9..0\"", "test.rows: found '9..0' in '9..0'; expected 0-based indexes and inclusive ranges like 0..9,42.")]
    [InlineData("model.sha256", "\"ABC\"", "model.sha256: found \"ABC\"; expected 64 lower-case hex digits.")]
    [InlineData("compute.device", "\"gpu\"", "compute.device: found \"gpu\"; expected cpu, cuda or cuda:<index>.")]
    [InlineData("compute.lanes", "0", "compute.lanes: found 0; expected a whole number from 1 to 1024.")]
    [InlineData("compute.threadsPerLane", "0", "compute.threadsPerLane: found 0; expected a whole number from 1 to 1024.")]
    [InlineData("compute.shardRows", "0", "compute.shardRows: found 0; expected a whole number of 1 or more.")]
    [InlineData("seed", "-1", "seed: found -1; expected a whole number of 0 or more.")]
    [InlineData("ascent", "[]", "ascent: found []; expected an object.")]
    public void AFieldThatIsWrong_IsRefusedByItsPath(string path, string json, string message)
    {
        var exception = Assert.Throws<MirroredException>(() => Read(With(path, json)));
        Assert.Equal(FailureKind.Invalid, exception.Kind);
        Assert.Equal(message, exception.Message);
    }

    [Theory]
    [InlineData("""{"train": {"shards": "t"}, "test": {"shards": "t"}}""", "model: missing; expected an object.")]
    [InlineData("""{"model": {}, "train": {"shards": "t"}, "test": {"shards": "t"}}""", "model.uri: missing; expected a text.")]
    [InlineData("""{"model": {"uri": "m"}, "train": {}, "test": {"shards": "t"}}""", "train.shards: missing; expected a text or a list of texts.")]
    [InlineData("""{"model": {"uri": "m", "uri": "n"}}""", "spec.json: model.uri: found twice; expected once.")]
    [InlineData("""[1]""", "spec.json: found [1]; expected a JSON object.")]
    public void ASpecThatIsIncomplete_IsRefused(string json, string message) =>
        Assert.Equal(message, Assert.Throws<MirroredException>(() => Read(json)).Message);

    [Theory]
    [InlineData("{\n  // why\n  \"seed\": 1}")]
    [InlineData("{\n  \"seed\": 1,\n}")]
    [InlineData("")]
    public void WhatIsNotStrictJson_IsRefusedWithItsPlace(string json)
    {
        var exception = Assert.Throws<MirroredException>(() => Read(json));
        Assert.Equal(FailureKind.Invalid, exception.Kind);
        Assert.StartsWith("spec.json: line ", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MomentumWithAdam_IsRefused() => Assert.Equal(
        "ascent.momentum: found 0.9 with ascent.optimizer adam; expected 0, since only sgd has momentum.",
        Assert.Throws<MirroredException>(() => Read(With("ascent.momentum", "0.9"))).Message);

    [Fact]
    public void AColumnForAnArgumentThatIsMade_IsRefused()
    {
        var spec = Parse(With("train.columns.noise", "{}"));
        spec["score"] = JsonNode.Parse("""{"draws": {"count": 1, "noiseArgument": "noise"}}""");
        Assert.Equal(
            "train.columns.noise: found a column for an argument that score.draws makes; expected one or the other.",
            Assert.Throws<MirroredException>(() => RunSpecReader.Read(spec)).Message);
    }

    [Fact]
    public void WhatTheWriterWrites_ReadsBackAndWritesTheSame()
    {
        var written = RunSpecWriter.Write(Read(With("ascent.learningRate", "0.1")));
        Assert.Equal(written, RunSpecWriter.Write(Read(written)));
        Assert.Contains("\"learningRate\": 0.1,", written, StringComparison.Ordinal);
    }

    [Fact]
    public void TheWriter_LeavesNoFieldOut()
    {
        var whole = Parse(With("ascent.flatLossEscape", "{}"));
        whole["score"] = JsonNode.Parse("""{"draws": {"count": 1, "noiseArgument": "noise"}}""");
        var written = Parse(RunSpecWriter.Write(RunSpecReader.Read(whole)));
        foreach (var field in SpecField.All.Where(field => field.Flag is not null))
        {
            var names = field.Path.Split('.');
            var section = names[..^1].Aggregate(written, (section, name) => section[name]!.AsObject());
            Assert.True(section.ContainsKey(names[^1]), field.Path);
        }
    }

    private static RunSpec Read(string json) => RunSpecReader.Read(json, "spec.json");

    private static JsonObject Parse(string json) => RunSpecReader.Parse(json, "spec.json");

    private static string With(string path, string json)
    {
        var spec = Parse(Minimal);
        var section = spec;
        foreach (var name in path.Split('.')[..^1])
        {
            section[name] ??= new JsonObject();
            section = section[name]!.AsObject();
        }

        section[path.Split('.')[^1]] = JsonNode.Parse(json);
        return spec.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }
}
