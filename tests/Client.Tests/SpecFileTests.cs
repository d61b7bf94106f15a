namespace MirroredInfluence.Client.Tests;

public sealed class SpecFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void RelativePaths_AreRelativeToTheFile()
    {
        File.WriteAllText(_folder.File("spec.json"), """{"model":{"uri":"model.pt"},"train":{"shards":["rows/*.arrow","az://account/container/rows.arrow"]},"test":{"shards":["/test.arrow"]},"compute":{"cache":"none"}}""");
        var spec = SpecFile.Read(_folder.File("spec.json"));
        Assert.Equal(_folder.File("model.pt"), spec.Model.Uri);
        Assert.Equal([_folder.File("rows/*.arrow"), "az://account/container/rows.arrow"], spec.Train.Shards);
        Assert.Equal(("/test.arrow", "none"), (spec.Test.Shards[0], spec.Compute.Cache));
    }

    [Theory]
    [InlineData(null, "cannot be read: ")]
    [InlineData("{", "")]
    [InlineData("""{"model":{"uri":"m"},"train":{"shards":["a"]},"test":{"shards":["b"]},"score":{"topK":-1}}""", "score.topK: found -1")]
    public void WhatIsWrong_IsSaidOfTheFile(string? text, string message)
    {
        if (text is not null)
            File.WriteAllText(_folder.File("spec.json"), text);
        var refused = Assert.Throws<MirroredException>(() => SpecFile.Read(_folder.File("spec.json")));
        Assert.Equal(FailureKind.Invalid, refused.Kind);
        Assert.StartsWith($"{_folder.File("spec.json")}: {message}", refused.Message, StringComparison.Ordinal);
    }
}
