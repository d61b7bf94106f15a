using System.Collections.Immutable;
using System.Text;

namespace MirroredInfluence.Core.Tests;

public sealed class RunManifestTests
{
    private static readonly RunManifest Manifest = RunManifest.Create(Spec(), Inputs(), "1.0");

    [Fact]
    public void TheId_IsThirtyTwoHexDigits() => Assert.Matches("^[0-9a-f]{32}$", Manifest.Run);

    /// <summary>An id that changes without notice orphans every run directory there is.</summary>
    [Fact]
    public void TheIdOfAKnownRun_StaysWhatItIs() => Assert.Equal("e864720ede4697b52f5eb4592fb597af", Manifest.Run);

    [Fact]
    public void AManifest_ReadsBackTheSame()
    {
        var read = RunManifest.Parse(Encoding.UTF8.GetBytes(Manifest.ToJson()), "run.json");
        Assert.Equal(Manifest.ToJson(), read.ToJson());
        Assert.Equal(Manifest.Run, read.Run);
    }

    [Fact]
    public void WhatOnlyChangesWhereAndHow_KeepsTheId()
    {
        var spec = Spec();
        var elsewhere = spec with
        {
            Model = new ModelSpec { Uri = "/other/m.pt" },
            Train = spec.Train with { Shards = ["/other/*.arrow"] },
            Compute = new ComputeSpec { Lanes = 7, ShardRows = 1 },
            Report = new ReportSpec { Title = "other" },
            Score = spec.Score with { MaxUnscorable = 1 },
        };
        var inputs = Inputs() with { Train = [Inputs().Train[0] with { Uri = "/other/a.arrow" }] };
        Assert.Equal(Manifest.Run, RunManifest.Create(elsewhere, inputs, "2.0").Run);
    }

    [Fact]
    public void EveryFieldOfTheIdentity_ChangesTheIdAndIsNamed()
    {
        var spec = Spec();
        var inputs = Inputs();
        (RunManifest Other, string Difference)[] cases =
        [
            (Create(spec with { Seed = 1 }, inputs), "spec.seed: 0, here 1"),
            (Create(spec with { Score = spec.Score with { TopK = 50 } }, inputs), "spec.score.topK: 100, here 50"),
            (Create(spec with { Score = spec.Score with { MiniBatchRows = 8 } }, inputs), "spec.score.miniBatchRows: 32, here 8"),
            (Create(spec with { Ascent = spec.Ascent with { Mode = AscentMode.TrainOwners } }, inputs), "spec.ascent.mode: \"eval\", here \"train-owners\""),
            (Create(spec with { Ascent = spec.Ascent with { FlatLossEscape = new() } }, inputs), "spec.ascent.flatLossEscape: none, here {\"argument\":null,\"threshold\":0.005,\"radius\":3,\"growth\":1.1,\"targetLoss\":0.01,..."),
            (Create(spec with { Test = spec.Test with { Rows = "0..9" } }, inputs), "spec.test.rows: none, here \"0..9\""),
            (Create(spec with { Train = spec.Train with { Id = "key" } }, inputs), "spec.train.id: none, here \"key\""),
            (Create(spec, inputs with { ModelDigest = "m2" }), "inputs.modelDigest: m.pt is another model than before"),
            (Create(spec, inputs with { Train = [inputs.Train[0] with { Digest = "t2" }] }), "inputs.train: /data/a.arrow holds other rows than before"),
            (Create(spec, inputs with { Train = [inputs.Train[0], inputs.Train[0]] }), "inputs.train: 1 files, here 2"),
            (Create(spec, inputs with { Test = [inputs.Test[0] with { RowCount = 9 }] }), "inputs.test: /data/t.arrow holds other rows than before"),
            (Create(spec, inputs with { Columns = inputs.Columns.SetItem("image", new ColumnSpec { Column = "b" }) }), "inputs.columns.image.column: \"a\", here \"b\""),
        ];
        foreach (var (other, difference) in cases)
        {
            Assert.NotEqual(Manifest.Run, other.Run);
            Assert.Equal(difference, RunIdentity.Differences(Manifest, other));
        }

        Assert.Null(RunIdentity.Differences(Manifest, Create(spec, inputs)));
    }

    [Fact]
    public void UpToFiveDifferences_AreNamed()
    {
        var spec = Spec();
        var two = Create(spec with { Seed = 1, Score = spec.Score with { TopK = 50 } }, Inputs());
        Assert.Equal("spec.score.topK: 100, here 50; spec.seed: 0, here 1", RunIdentity.Differences(Manifest, two));

        var many = Create(
            spec with { Seed = 1, Score = spec.Score with { TopK = 50, MiniBatchRows = 8 }, Ascent = new AscentSpec { Steps = 2, Repeat = 3, Momentum = 0.5, LearningRate = 1 } },
            Inputs());
        Assert.Equal(4, RunIdentity.Differences(Manifest, many)!.Split("; and ")[0].Count(letter => letter == ';'));
        Assert.EndsWith("; and 2 more", RunIdentity.Differences(Manifest, many), StringComparison.Ordinal);
    }

    [Fact]
    public void SeveralFilesWithOtherRows_AreOneDifference()
    {
        DataFile[] files = [.. Enumerable.Range(0, 3).Select(index => new DataFile { Uri = $"/{index}.arrow", Digest = $"d{index}", RowCount = 3 })];
        var kept = Create(Spec(), Inputs() with { Train = [.. files] });
        var found = Create(Spec(), Inputs() with { Train = [files[0], files[1] with { Uri = "/b.arrow", Digest = "e" }, files[2] with { RowCount = 4 }] });
        Assert.Equal("inputs.train: /b.arrow and 1 more hold other rows than /1.arrow", RunIdentity.Differences(kept, found));
    }

    [Theory]
    [InlineData(1, "inputs.train: az://a/0.arrow is another version than before")]
    [InlineData(3, "inputs.train: az://a/0.arrow and 2 more are other versions than before")]
    public void RemoteFiles_AreOtherVersions(int count, string difference)
    {
        DataFile[] files = [.. Enumerable.Range(0, 3).Select(index => new DataFile { Uri = $"az://a/{index}.arrow", Digest = $"d{index}", RowCount = 3 })];
        var found = files.Select((file, index) => index < count ? file with { Digest = "e" } : file);
        Assert.Equal(difference, RunIdentity.Differences(Create(Spec(), Inputs() with { Train = [.. files] }), Create(Spec(), Inputs() with { Train = [.. found] })));
    }

    [Theory]
    [InlineData("\"topK\": 100", "\"topK\": 101", "the file was changed")]
    [InlineData("\"m.pt\"", "\"n.pt\"", "the file was changed")]
    [InlineData("\"formatVersion\": 1", "\"formatVersion\": 2", "found format version 2; this program reads 1")]
    [InlineData("\"topK\": 100", "\"topK\": 0", "spec.score.topK: found 0")]
    [InlineData("{", "", "not JSON")]
    [InlineData("{", "", "Remove it and run again with the same spec, or start in a new directory.")]
    public void AManifestThatIsNotWhatItWas_IsRefusedNamingTheFile(string what, string with, string message)
    {
        var exception = Assert.Throws<MirroredException>(() => RunManifest.Parse(Encoding.UTF8.GetBytes(Manifest.ToJson().Replace(what, with, StringComparison.Ordinal)), "out/run.json"));
        Assert.Equal(FailureKind.Data, exception.Kind);
        Assert.StartsWith("out/run.json: ", exception.Message, StringComparison.Ordinal);
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    private static RunManifest Create(RunSpec spec, RunInputs inputs) => RunManifest.Create(spec, inputs, "1.0");

    private static RunSpec Spec() => new()
    {
        Model = new ModelSpec { Uri = "m.pt" },
        Train = new TrainSpec { Shards = ["*.arrow"] },
        Test = new TestSpec { Shards = ["t.arrow"] },
    };

    private static RunInputs Inputs() => new()
    {
        ModelDigest = "m1",
        Train = [new DataFile { Uri = "/data/a.arrow", Digest = "t1", RowCount = 5 }],
        Test = [new DataFile { Uri = "/data/t.arrow", Digest = "q1", RowCount = 3 }],
        Columns = ImmutableSortedDictionary<string, ColumnSpec>.Empty.Add("image", new ColumnSpec { Column = "a" }),
    };
}
