using System.CommandLine;

namespace MirroredInfluence.Cli.Tests.Specs;

public sealed class SpecOptionsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Flags_GoBeforeTheFile()
    {
        var path = _folder.Write("s.json", """
            {"model": {"uri": "m.pt"}, "train": {"shards": ["a/*.arrow", "/b.arrow"], "columns": {"x": {"column": "pixels", "scale": 0.5}}}, "test": {"shards": "t.arrow"}, "ascent": {"steps": 2, "learningRate": 0.1}}
            """);

        var spec = Read([path, "--ascent-steps", "3", "--train-columns", "y=label", "x=image", "--score-save-losses", "--ascent-flat-loss-escape-radius", "4"]);

        Assert.Equal((3, 0.1), (spec.Ascent.Steps, spec.Ascent.LearningRate));
        Assert.Equal(("image", 0.5, "label"), (spec.Train.Columns["x"].Column, spec.Train.Columns["x"].Scale, spec.Train.Columns["y"].Column));
        Assert.True(spec.Score.SaveLosses);
        Assert.Equal(4, spec.Ascent.FlatLossEscape!.Radius);
        Assert.Equal([_folder.File("a/*.arrow"), "/b.arrow"], spec.Train.Shards);
    }

    [Fact]
    public void NamesThatTheShellExpanded_AreOneList()
    {
        var spec = Read(["--model-uri", "m.pt", "--train-shards", "/a.arrow", "/b.arrow", "--test-shards", "/t.arrow", "--score-draws-noise-argument", "n", "--score-draws-count", "2", "--score-draws-noise-shape", "4,8,8"]);

        Assert.Equal(["/a.arrow", "/b.arrow"], spec.Train.Shards);
        Assert.Equal([4, 8, 8], spec.Score.Draws!.NoiseShape!.Value);
        Assert.Equal(Path.GetFullPath("m.pt"), spec.Model.Uri);
    }

    [Fact]
    public void CacheTurnedOff_IsNoPath()
    {
        Assert.Equal("none", Read([.. Minimal, "--compute-cache", "none"]).Compute.Cache);
        Assert.Equal(Path.GetFullPath("kept"), Read([.. Minimal, "--compute-cache", "kept"]).Compute.Cache);
    }

    [Fact]
    public void ASwitch_IsOnAloneAndOffWhenSaid()
    {
        Assert.True(Read([.. Minimal, "--score-save-losses"]).Score.SaveLosses);
        Assert.False(Read([.. Minimal, "--score-save-losses", "false"]).Score.SaveLosses);
    }

    [Fact]
    public void WhatIsMissing_IsNamedAllAtOnce()
    {
        var refusal = Assert.Throws<MirroredException>(() => Read(["--train-shards", "t.arrow"]));

        Assert.Equal("the run lacks --model-uri, --test-shards.", refusal.Message);
    }

    [Fact]
    public void WithoutTestRows_TheTrainingRowsStandIn()
    {
        var spec = Read(["--model-uri", "m.pt", "--train-shards", "/a.arrow"], needsTest: false);

        Assert.Equal(["/a.arrow"], spec.Test.Shards);
    }

    private static string[] Minimal => ["--model-uri", "m.pt", "--train-shards", "/a.arrow", "--test-shards", "/t.arrow"];

    private static RunSpec Read(string[] arguments, bool needsTest = true)
    {
        var options = new SpecOptions();
        var command = new RootCommand { options.SpecFile };
        foreach (var flag in options.Groups.SelectMany(group => group.Flags))
            command.Add(flag);
        var parsed = command.Parse(arguments);
        Assert.Empty(parsed.Errors);
        return options.Read(parsed, needsTest);
    }
}
