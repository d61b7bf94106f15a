using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using MirroredInfluence.Cli.Tests.Import;

namespace MirroredInfluence.Cli.Tests;

/// <summary>The verbs over a small model: 64 rows of a [1, 4, 4] image and a label of 3.</summary>
public sealed class RunTests : IAsyncLifetime
{
    private static readonly string Model = ClassifierRows.Model;
    private static readonly string[] Spec = ["--model-uri", Model, "--train-shards", "train.arrow", "--test-shards", "train.arrow", "--test-rows", "3,5", "--compute-lanes", "1"];

    private readonly TemporaryFolder _folder = new();

    public async ValueTask InitializeAsync()
    {
        ClassifierRows.Write(_folder, "train.npz");
        await RunAsync("import", "train.npz", "--out", "train.arrow");
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task ARun_IsPrintedKeptAndVerified()
    {
        var run = await RunAsync(["run", "--out", "first", .. Spec]);
        var result = await File.ReadAllBytesAsync(_folder.File("first/result.json"), TestContext.Current.CancellationToken);
        var status = await RunAsync("status", "first", "--json");
        var again = await RunAsync(["run", "--out", "first", .. Spec]);
        File.Delete(_folder.File("first/result.json"));
        var report = await RunAsync("report", "first");
        var verified = await RunAsync("verify", "first", "--rows", "7");
        var verifiedRow = await RunAsync("verify", "first", "--row", "train.arrow:63");

        Assert.Contains("64 training rows = 64 scored + 0 unscorable", run.Output, StringComparison.Ordinal);
        Assert.Contains("first/report.html", run.Output, StringComparison.Ordinal);
        Assert.Contains("<html", await File.ReadAllTextAsync(_folder.File("first/report.html"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal((64, 64, true), JsonOf(status.Output, json => (json.GetProperty("rowCount").GetInt32(), json.GetProperty("doneRowCount").GetInt32(), json.GetProperty("hasResult").GetBoolean())));
        Assert.EndsWith("This run was finished before: nothing was left to score.\n", again.Error, StringComparison.Ordinal);
        Assert.Equal(run.Output, again.Output);
        Assert.Equal(run.Output, report.Output);
        Assert.Equal(result, await File.ReadAllBytesAsync(_folder.File("first/result.json"), TestContext.Current.CancellationToken));
        Assert.Contains("recorded loss difference  in its mini-batch", verified.Output, StringComparison.Ordinal);
        Assert.Contains("7 of 7 agree", verified.Output, StringComparison.Ordinal);
        Assert.Contains("64 rows expected = 64 scored + 0 unscorable.", verified.Output, StringComparison.Ordinal);
        Assert.Contains("2 of 2 agree", verifiedRow.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AResultFileThatWasChanged_IsFoundByItsFirstDifference()
    {
        await RunAsync(["run", "--out", "changed", .. Spec]);
        Assert.Contains("result.json is what the parts give.\nresult.arrow is what the parts give.\n", (await RunAsync("verify", "changed", "--rows", "1")).Output, StringComparison.Ordinal);

        var json = await File.ReadAllTextAsync(_folder.File("changed/result.json"), TestContext.Current.CancellationToken);
        _folder.Write("changed/result.json", json.Replace("\"rank\":2,", "\"rank\":7,", StringComparison.Ordinal));
        var arrow = await File.ReadAllBytesAsync(_folder.File("changed/result.arrow"), TestContext.Current.CancellationToken);
        arrow[1000] ^= 1;
        _folder.Write("changed/result.arrow", arrow);
        var verified = await BuiltCommand.RunAsync(_folder.Path, "verify", "changed", "--rows", "1");

        Assert.Equal(3, verified.ExitCode);
        Assert.Contains("1 of 1 agree", verified.Output, StringComparison.Ordinal);
        Assert.Contains("result.json DIFFERS from what the parts give: queries[0].top[1].rank: found 7, expected 2. `mirrored report changed` writes it from the parts.", verified.Output, StringComparison.Ordinal);
        Assert.Contains("result.arrow DIFFERS from what the parts give: byte 1,000 of ", verified.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AViewersFile_IsWrittenAgainWithoutTexts_WhenTheCaptionIsGone()
    {
        await RunAsync(["run", "--out", "viewed", .. Spec, "--report-caption", "label"]);
        Assert.Contains("\"proponents\":[\"", await File.ReadAllTextAsync(_folder.File("viewed/tda-viewer.jsonl"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        var captioned = await File.ReadAllTextAsync(_folder.File("viewed/tda-viewer.jsonl"), TestContext.Current.CancellationToken);

        await RunAsync(["run", "--out", "viewed", .. Spec]);

        var written = await File.ReadAllTextAsync(_folder.File("viewed/tda-viewer.jsonl"), TestContext.Current.CancellationToken);
        Assert.NotEqual(captioned, written);
        Assert.Equal("", JsonOf(written.Split('\n')[0], json => json.GetProperty("inputs_plaintext").GetString()));
    }

    [Fact]
    public async Task ForPrograms_EveryLineIsAnObject_TheLastTheResult()
    {
        var run = await RunAsync(["run", "--json", "--out", "second", .. Spec]);

        var events = run.Output.TrimEnd('\n').Split('\n').Select(line => JsonOf(line, json => json.GetProperty("event").GetString())).ToArray();
        Assert.Equal("result", events[^1]);
        Assert.All(events[..^1], each => Assert.Equal("progress", each));
        Assert.Equal("", run.Error);
        Assert.Equal((2, 64, false), JsonOf(run.Output.TrimEnd('\n').Split('\n')[^1], json =>
            (json.GetProperty("queryCount").GetInt32(), json.GetProperty("scoredRows").GetInt32(), json.GetProperty("wasFinished").GetBoolean())));
    }

    [Fact]
    public async Task AResultWhosePartsAreGone_IsStale()
    {
        await RunAsync(["run", "--out", "stale", .. Spec]);
        File.Delete(_folder.File("stale/parts/00000000.arrow"));

        var status = await RunAsync("status", "stale");
        var json = await RunAsync("status", "stale", "--json");

        Assert.Contains("result      stale: it is there, but parts of it have gone", status.Output, StringComparison.Ordinal);
        Assert.True(JsonOf(json.Output, each => each.GetProperty("isStale").GetBoolean()));
    }

    [Fact]
    public async Task ARun_GoesOnFromTheSameRowsAtAnotherPath()
    {
        await RunAsync(["run", "--out", "moved", .. Spec, "--compute-shard-rows", "32"]);
        var before = await File.ReadAllTextAsync(_folder.File("moved/result.json"), TestContext.Current.CancellationToken);
        Directory.CreateDirectory(_folder.File("elsewhere"));
        File.Copy(_folder.File("train.arrow"), _folder.File("elsewhere/train.arrow"));
        File.Delete(_folder.File("moved/parts/00000001.arrow"));

        string[] elsewhere = [.. Spec.Select(word => word == "train.arrow" ? "elsewhere/train.arrow" : word)];
        await RunAsync(["run", "--out", "moved", .. elsewhere, "--compute-shard-rows", "32"]);

        var after = await File.ReadAllTextAsync(_folder.File("moved/result.json"), TestContext.Current.CancellationToken);
        Assert.Equal(before.Replace(_folder.File("train.arrow"), _folder.File("elsewhere/train.arrow"), StringComparison.Ordinal), after);
        Assert.Contains("elsewhere", await File.ReadAllTextAsync(_folder.File("moved/report.html"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task PoisonedShards_AreLeftOutOnlyWhenAllowed()
    {
        await RunAsync(["run", "--out", "poisoned", .. Spec, "--compute-shard-rows", "32"]);
        foreach (var file in new[] { "result.json", "parts/00000001.arrow" })
            File.Delete(_folder.File($"poisoned/{file}"));
        Directory.CreateDirectory(_folder.File("poisoned/poisoned"));
        _folder.Write("poisoned/poisoned/00000001.json", """{"shardIndex":1,"uri":"train.arrow","rowStart":32,"rowCount":32,"workers":["0-0","0-1","0-2"]}"""u8.ToArray());

        var status = await RunAsync("status", "poisoned");
        Assert.Contains("mirrored reduce poisoned --allow-poisoned", status.Output, StringComparison.Ordinal);
        foreach (var verb in new[] { "reduce", "report" })
        {
            var refused = await BuiltCommand.RunAsync(_folder.Path, [verb, "poisoned"]);
            Assert.Equal(3, refused.ExitCode);
            Assert.Contains("1 shards killed 3 workers each and were set aside, the first train.arrow, rows 32 to 63 (workers 0-0, 0-1, 0-2)", refused.Error, StringComparison.Ordinal);
            Assert.False(File.Exists(_folder.File("poisoned/result.json")));
        }

        var allowed = await RunAsync("reduce", "poisoned", "--allow-poisoned");
        Assert.Contains("64 training rows = 32 scored + 32 unscorable", allowed.Output, StringComparison.Ordinal);
        Assert.Equal(allowed.Output, (await RunAsync("report", "poisoned")).Output);

        File.Delete(_folder.File("poisoned/result.json"));
        File.Delete(_folder.File("poisoned/parts/00000000.arrow"));
        Assert.Equal(2, (await BuiltCommand.RunAsync(_folder.Path, ["reduce", "poisoned"])).ExitCode);
        Assert.DoesNotContain("--allow-poisoned", (await RunAsync("status", "poisoned")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhoLeadsSoFar_IsToldOfTheShardsThatAreScored()
    {
        await RunAsync(["run", "--out", "whole", .. Spec, "--compute-shard-rows", "32"]);
        var whole = JsonNode.Parse((await RunAsync("status", "whole", "--top", "--json")).Output)!["result"]!;
        Assert.Equal(await File.ReadAllTextAsync(_folder.File("whole/result.json"), TestContext.Current.CancellationToken), whole.ToJsonString() + "\n");

        File.Delete(_folder.File("whole/parts/00000001.arrow"));
        var half = JsonNode.Parse((await RunAsync("status", "whole", "--top", "--json")).Output)!["result"]!;
        Assert.Equal((32, 32), ((int)half["expectedRows"]!, (int)half["scoredRows"]!));
        foreach (var (expected, found) in whole["queries"]!.AsArray().Zip(half["queries"]!.AsArray()))
        {
            var kept = expected!["top"]!.AsArray().Where(row => (int)row!["row"]! < 32).Select(row => ((int)row!["row"]!, (double)row["influence"]!)).ToArray();
            Assert.NotEmpty(kept);
            Assert.Equal(kept, found!["top"]!.AsArray().Take(kept.Length).Select(row => ((int)row!["row"]!, (double)row["influence"]!)));
        }

        var shown = await RunAsync("status", "whole", "--top");
        Assert.Contains("32 training rows = 32 scored + 0 unscorable", shown.Output, StringComparison.Ordinal);
        File.Delete(_folder.File("whole/parts/00000000.arrow"));
        Assert.DoesNotContain("influence", (await RunAsync("status", "whole", "--top")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnotherSpecInTheSameDirectory_IsRefusedByItsField()
    {
        await RunAsync(["run", "--out", "third", .. Spec]);

        var other = await BuiltCommand.RunAsync(_folder.Path, ["run", "--out", "third", .. Spec, "--ascent-steps", "2"]);

        Assert.Equal(2, other.ExitCode);
        Assert.Contains("ascent.steps", other.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--train-id", "train.id")]
    [InlineData("--train-group", "train.group")]
    [InlineData("--test-id", "test.id")]
    [InlineData("--test-query", "test.query")]
    [InlineData("--report-caption", "report.caption")]
    [InlineData("--report-picture", "report.picture")]
    public async Task AColumnThatIsNotThere_IsRefusedByTheFieldThatNamesIt(string flag, string field)
    {
        var refused = await BuiltCommand.RunAsync(_folder.Path, ["run", "--out", "fourth", .. Spec, flag, "lable"]);

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains($"mirrored: {field}: {_folder.File("train.arrow")}: no column 'lable'; did you mean label", refused.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("fourth")));
    }

    [Fact]
    public async Task AColumnThatHoldsNoPictures_IsRefusedByThePlanToo()
    {
        var refused = await BuiltCommand.RunAsync(_folder.Path, ["plan", .. Spec, "--report-picture", "label"]);

        Assert.Equal((2, ""), (refused.ExitCode, refused.Output));
        Assert.Contains($"mirrored: report.picture: {_folder.File("train.arrow")}: column 'label' holds no pictures: ", refused.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run --out ''")]
    [InlineData("work --worker 0/1 --out ''")]
    public async Task AnEmptyOut_IsRefused(string command)
    {
        var refused = await BuiltCommand.RunAsync(_folder.Path, [.. command.Replace("''", "", StringComparison.Ordinal).Split(' '), .. Spec]);
        Assert.Equal(new CommandOutcome(2, "", "mirrored: --out: the path is empty; expected a folder, az://account/container/path or s3://bucket/path.\n"), refused);
    }

    [Theory]
    [InlineData("train.arrow", "--out: 'train.arrow' is a file; expected a folder.")]
    [InlineData(".", "--out: the folder '.' holds other files and no run.json; expected a run directory, or a folder that is empty or not there yet. Choose another, such as ./run.")]
    public async Task AnOutThatIsNoRunDirectory_IsRefused(string path, string message)
    {
        var refused = await BuiltCommand.RunAsync(_folder.Path, ["run", "--out", path, .. Spec]);
        Assert.Equal(new CommandOutcome(2, "", $"mirrored: {message}\n"), refused);
        Assert.False(File.Exists(_folder.File("run.json")));
    }

    [Fact]
    public async Task FilesOfTheSameName_AreToldApart()
    {
        Directory.CreateDirectory(_folder.File("a"));
        Directory.CreateDirectory(_folder.File("b"));
        File.Copy(_folder.File("train.arrow"), _folder.File("a/same.arrow"));
        File.Copy(_folder.File("train.arrow"), _folder.File("b/same.arrow"));

        var run = await RunAsync(["run", "--out", "both", .. Spec, "--train-shards", "a/same.arrow", "b/same.arrow"]);
        var refused = await BuiltCommand.RunAsync(_folder.Path, "verify", "both", "--row", "same.arrow:3");
        var verified = await RunAsync("verify", "both", "--row", "b/same.arrow:3");

        Assert.Contains(" a/same.arrow:", run.Output, StringComparison.Ordinal);
        Assert.Equal("mirrored: --row: 'same.arrow' is the name of 2 files of this run; expected one of a/same.arrow, b/same.arrow.\n", refused.Error);
        Assert.Contains("2 of 2 agree", verified.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnAscentThatChangesNothing_IsToldOf()
    {
        var run = await RunAsync(["run", "--out", "flat", .. Spec, "--ascent-learning-rate", "1e-30"]);
        Assert.Contains("Query 'row-3' and 1 more: every influence is 0, so the order says nothing.", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RowsThatTheModelFailsOn_AreRefusedByInspectAsByRun()
    {
        var labels = Enumerable.Repeat((byte)9, ClassifierRows.Count).ToArray();
        _folder.Write("wrong.npz", Sources.Npz(
            CompressionLevel.NoCompression,
            ("image", Sources.Npy("<f4", $"{ClassifierRows.Count}, 1, 4, 4", new byte[ClassifierRows.Count * 64])),
            ("label", Sources.Npy("|u1", $"{ClassifierRows.Count},", labels))));
        await RunAsync("import", "wrong.npz", "--out", "wrong.arrow");

        var inspect = await BuiltCommand.RunAsync(_folder.Path, "inspect", Model, "wrong.arrow");

        Assert.Equal(2, inspect.ExitCode);
        Assert.Contains("rows 0 to 31: the model fails on each of these rows.", inspect.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutOut_TheRunIsNamedAfterItsSpec()
    {
        _folder.Write("mine.json", $$"""{"model": {"uri": "{{Model}}"}, "train": {"shards": "train.arrow"}, "test": {"shards": "train.arrow", "rows": "0"} }""");

        await RunAsync("run", "mine.json");

        Assert.True(File.Exists(_folder.File("out/mine/result.json")));
    }

    [Fact]
    public async Task APlan_IsPrintedAndNothingIsWritten()
    {
        var plan = await RunAsync(["plan", .. Spec]);

        Assert.Contains("64 rows", plan.Output, StringComparison.Ordinal);
        Assert.Contains("2 rows in 2 queries", plan.Output, StringComparison.Ordinal);
        Assert.Matches("time +[^:]+: start [^,]+, ascent [^,]+, scoring ", plan.Output);
        Assert.Equal(["train.arrow", "train.npz"], Directory.EnumerateFiles(_folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.False(Directory.Exists(_folder.File("out")));
    }

    [Fact]
    public async Task APlan_ForecastsTheFilesOfAResult()
    {
        var plan = await RunAsync(["plan", .. Spec, "--json"]);
        await RunAsync(["run", .. Spec, "--out", "out"]);
        string[] files = ["result.json", "result.arrow"];
        Assert.InRange(JsonOf(plan.Output, json => json.GetProperty("resultBytes").GetInt64()) / (double)files.Sum(file => new FileInfo(_folder.File($"out/{file}")).Length), 0.6, 1.8);
    }

    [Fact]
    public async Task OneOfAThing_IsSaidAsOne()
    {
        await RunAsync("import", "train.npz", "--rows", "0", "--out", "one.arrow");

        var plan = await RunAsync("plan", "--model-uri", Model, "--train-shards", "one.arrow", "--test-shards", "one.arrow");
        var run = await RunAsync("run", "--out", "one", "--model-uri", Model, "--train-shards", "one.arrow", "--test-shards", "one.arrow");

        Assert.Matches("^train     1 row, .* in 1 file, cut into 1 shard\ntest      1 row in 1 query\n", plan.Output);
        Assert.Contains("1 training row = 1 scored + 0 unscorable", run.Output, StringComparison.Ordinal);
        Assert.Contains("ascending: 1 query in ", run.Error, StringComparison.Ordinal);
        Assert.Contains("scoring: 1 row in ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ATuning_PrintsFlagsToUse_AndSavesItsCurve()
    {
        var tune = await RunAsync(
            "tune", "--model-uri", Model, "--train-shards", "train.arrow", "--tune-learning-rates", "0.001", "1", "--tune-steps", "1", "--tune-planted", "5", "--out", "curve.json");

        Assert.Contains("--ascent-learning-rate ", tune.Output, StringComparison.Ordinal);
        Assert.Equal(2, JsonOf(await File.ReadAllTextAsync(_folder.File("curve.json"), TestContext.Current.CancellationToken), json => json.GetProperty("curve").GetArrayLength()));
    }

    [Fact]
    public async Task ATuningThatFindsNothing_SaysWhatToJudgeByAndToTry()
    {
        var tune = await RunAsync(
            "tune", "--model-uri", Model, "--train-shards", "train.arrow", "--tune-learning-rates", "1e-30,1e30", "--tune-steps", "1", "--tune-planted", "5",
            "--ascent-optimizer", "sgd");

        Assert.Contains("  diverged\n", tune.Output, StringComparison.Ordinal);
        Assert.Contains("No setting ranks every planted row first. The nearest: --ascent-learning-rate 1E-30 --ascent-steps 1 (mean rank ", tune.Output, StringComparison.Ordinal);
        Assert.Contains("need not rank first: then the mean rank is what to judge by.", tune.Output, StringComparison.Ordinal);
        Assert.Contains("To try: smaller --tune-learning-rates; --ascent-optimizer adam.\n", tune.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--out", "", "--out: '' is empty; expected the path of a file, such as curve.json.")]
    [InlineData("--out", ".", "--out: '.' is a folder; expected the path of a file, such as ./curve.json.")]
    [InlineData("--out", "train.arrow/curve.json", "--out: the folder of 'train.arrow/curve.json' cannot be made: ")]
    public async Task ATuningThatCannotBeSaved_IsRefusedBeforeItBegins(string flag, string value, string message)
    {
        var outcome = await BuiltCommand.RunAsync(_folder.Path, "tune", "--model-uri", Model, "--train-shards", "train.arrow", flag, value);

        Assert.Equal((2, ""), (outcome.ExitCode, outcome.Output));
        Assert.StartsWith($"mirrored: {message}", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--tune-learning-rates", "0.1,x", "--tune-learning-rates: found 'x'; expected numbers above 0 with commas between.")]
    [InlineData("--tune-steps", "0", "--tune-steps: found '0'; expected numbers above 0 with commas between.")]
    [InlineData("--tune-planted", "4", "--tune-planted: expected 5 or more.")]
    [InlineData("--tune-sample", "some", "--tune-sample: found 'some'; expected numbers above 0 with commas between.")]
    public async Task ATuningThatMakesNoSense_IsRefused(string flag, string value, string message)
    {
        var outcome = await BuiltCommand.RunAsync(_folder.Path, "tune", "--model-uri", Model, "--train-shards", "train.arrow", flag, value);

        Assert.Equal(new CommandOutcome(2, "", $"mirrored: {message}\n"), outcome);
    }

    [Theory]
    [InlineData("other.arrow:1", "--row: 'other.arrow' is the name of no file of this run.")]
    [InlineData("train.arrow:64", "--row: train.arrow holds rows 0 to 63; found 64.")]
    [InlineData("17", "--row: found '17'; expected FILE:ROW, such as train.arrow:17.")]
    public async Task ARowThatIsNotThere_IsRefused(string row, string message)
    {
        await RunAsync(["run", "--out", "fourth", .. Spec]);

        var outcome = await BuiltCommand.RunAsync(_folder.Path, "verify", "fourth", "--row", row);

        Assert.Equal(new CommandOutcome(2, "", $"mirrored: {message}\n"), outcome);
    }

    [Fact]
    public async Task AModelThatFits_IsSaid()
    {
        var inspect = await RunAsync("inspect", Model, "train.arrow");

        Assert.Contains("ok  image float32 [1, 4, 4] ← column image", inspect.Output, StringComparison.Ordinal);
        Assert.Contains("ok  label int64 ← column label, stored uint8", inspect.Output, StringComparison.Ordinal);
        Assert.EndsWith("Names, types and shapes fit, and the model gives 32 of the first 32 rows a finite loss.\n", inspect.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnArgumentWithoutAColumn_IsShownWithTheFlagThatMendsIt()
    {
        await RunAsync("import", "pixels=train.npz:image", "class=train.npz:label", "--out", "renamed.arrow");

        var inspect = await BuiltCommand.RunAsync(_folder.Path, "inspect", "renamed.arrow", Model);

        Assert.Equal(2, inspect.ExitCode);
        Assert.Contains("would fit by its type: --train-columns image=pixels ", inspect.Output, StringComparison.Ordinal);
        Assert.Contains("would fit by its type: --train-columns label=class ", inspect.Output, StringComparison.Ordinal);
        Assert.EndsWith("The model cannot score these rows yet.\n", inspect.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatIsInspected_MayBeBoundByFlags()
    {
        await RunAsync("import", "pixels=train.npz:image", "class=train.npz:label", "--out", "renamed.arrow");

        var inspect = await RunAsync("inspect", Model, "renamed.arrow", "--train-columns", "image=pixels", "label=class");
        var wrong = await BuiltCommand.RunAsync(_folder.Path, "inspect", Model, "renamed.arrow", "--train-columns", "imge=pixels");

        Assert.Contains("ok  image float32 [1, 4, 4] ← column pixels", inspect.Output, StringComparison.Ordinal);
        Assert.EndsWith("the model gives 32 of the first 32 rows a finite loss.\n", inspect.Output, StringComparison.Ordinal);
        Assert.Equal("mirrored: train.columns.imge: the model's forward has no argument 'imge'; expected one of image, label; did you mean image?\n", wrong.Error);
    }

    [Fact]
    public async Task ArgumentsOfADiffusionModel_AreMadeByTheFlagsThatInspectNames()
    {
        _folder.Write("latent.npz", Sources.Npz(CompressionLevel.NoCompression, ("latent", Sources.Npy("<f4", "8, 1, 2, 2", new byte[8 * 16]))));
        await RunAsync("import", "latent.npz", "--out", "latent.arrow");
        var denoiser = Path.Combine(AppContext.BaseDirectory, "denoiser.pt");

        var bare = await BuiltCommand.RunAsync(_folder.Path, "inspect", denoiser, "latent.arrow");
        var run = await BuiltCommand.RunAsync(_folder.Path, "run", "--model-uri", denoiser, "--train-shards", "latent.arrow", "--test-shards", "latent.arrow");
        string[] flags = ["--score-draws-count", "2", "--score-draws-noise-argument", "noise", "--score-draws-timestep-argument", "timestep", "--score-draws-timesteps", "10"];
        var drawn = await RunAsync(["inspect", denoiser, "latent.arrow", .. flags]);

        Assert.Equal((2, 2), (bare.ExitCode, run.ExitCode));
        Assert.Contains("If 'noise' is noise, score.draws makes it: --score-draws-count 1 --score-draws-noise-argument noise\n", bare.Output, StringComparison.Ordinal);
        Assert.Contains("If 'timestep' is a timestep, score.draws makes it: --score-draws-timestep-argument timestep\n", bare.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("noise=latent", bare.Output, StringComparison.Ordinal);
        Assert.Contains("--score-draws-noise-argument noise", run.Error, StringComparison.Ordinal);
        Assert.Contains("ok  noise float32 [1, 2, 2] ← made by score.draws", drawn.Output, StringComparison.Ordinal);
        Assert.EndsWith("the model gives 8 of the first 8 rows a finite loss.\n", drawn.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TwoModels_AreNotInspectedTogether()
    {
        var outcome = await BuiltCommand.RunAsync(_folder.Path, "inspect", Model, Model);

        Assert.Equal(new CommandOutcome(2, "", $"mirrored: {Model} and {Model} are both models; give one of each.\n"), outcome);
    }

    [Fact]
    public async Task TheDoctor_NamesWhatRuns()
    {
        var doctor = await RunAsync("doctor");

        Assert.Contains("libtorch", doctor.Output, StringComparison.Ordinal);
        Assert.Contains("GFLOP/s", doctor.Output, StringComparison.Ordinal);
        Assert.EndsWith("Ready to run.\n", doctor.Output, StringComparison.Ordinal);
    }

    private async Task<CommandOutcome> RunAsync(params string[] arguments)
    {
        var outcome = await BuiltCommand.RunAsync(_folder.Path, arguments);
        Assert.True(outcome.ExitCode == 0, $"mirrored {string.Join(' ', arguments)} exited with {outcome.ExitCode}: {outcome.Error}");
        return outcome;
    }

    private static T JsonOf<T>(string text, Func<JsonElement, T> read)
    {
        using var json = JsonDocument.Parse(text);
        return read(json.RootElement);
    }
}
