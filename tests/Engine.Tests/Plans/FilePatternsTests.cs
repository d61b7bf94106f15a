using System.Collections.Immutable;

namespace MirroredInfluence.Engine.Tests;

public sealed class FilePatternsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public FilePatternsTests()
    {
        foreach (var name in new[] { "b.arrow", "a.arrow", "a10.arrow", "a9.arrow", ".hidden.arrow", "notes.txt", "x/c.arrow", "x/y/d.arrow", ".z/e.arrow" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder.File(name))!);
            File.WriteAllText(_folder.File(name), "");
        }
    }

    [Theory]
    [InlineData("a.arrow", "a.arrow")]
    [InlineData("*.arrow", "a.arrow a10.arrow a9.arrow b.arrow")]
    [InlineData("?.arrow", "a.arrow b.arrow")]
    [InlineData("a?*.arrow", "a10.arrow a9.arrow")]
    [InlineData("x/*", "x/c.arrow")]
    [InlineData("*/*.arrow", "x/c.arrow")]
    [InlineData("**/*.arrow", "a.arrow a10.arrow a9.arrow b.arrow x/c.arrow x/y/d.arrow")]
    [InlineData("x/**", "x/c.arrow x/y/d.arrow")]
    [InlineData("**/y/*", "x/y/d.arrow")]
    [InlineData("**/**/d.arrow", "x/y/d.arrow")]
    [InlineData(".h*", ".hidden.arrow")]
    public void Pattern_GivesItsFilesInOrdinalOrder(string pattern, string expected) =>
        Assert.Equal(expected.Split(' ').Select(_folder.File), Expand(pattern));

    [Fact]
    public void Patterns_KeepTheirOrder() =>
        Assert.Equal([_folder.File("b.arrow"), _folder.File("a10.arrow"), _folder.File("a9.arrow")], Expand("b.arrow", "a?*.arrow"));

    [Theory]
    [InlineData("none.arrow", "there is no file")]
    [InlineData("none/*.arrow", "no file matches")]
    [InlineData("*.parquet", "no file matches")]
    [InlineData("x", "is a folder")]
    public void PatternWithoutAFile_IsRefused(string pattern, string says)
    {
        var exception = Assert.Throws<MirroredException>(() => Expand(pattern));
        Assert.Equal(FailureKind.Invalid, exception.Kind);
        Assert.StartsWith("train.shards: ", exception.Message, StringComparison.Ordinal);
        Assert.Contains(says, exception.Message, StringComparison.Ordinal);
        Assert.Contains(pattern, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AbsolutePathWithoutAFile_IsSaidOnce() =>
        Assert.Equal($"train.shards: there is no file '{_folder.File("gone")}'.", Assert.Throws<MirroredException>(() => Expand("gone")).Message);

    [Fact]
    public void FileNamedTwice_IsRefused() => Assert.Equal(
        $"train.shards: '{_folder.File("a.arrow")}' is named twice; its rows would count twice. Keep one of the two.",
        Assert.Throws<MirroredException>(() => Expand("a.arrow", "a.arrow")).Message);

    [Fact]
    public void FileOfTwoPatterns_IsRefused()
    {
        var exception = Assert.Throws<MirroredException>(() => Expand("a.arrow", "?.arrow"));
        Assert.Contains($"'{_folder.File("a.arrow")}' is matched by", exception.Message, StringComparison.Ordinal);
        Assert.Contains("its rows would count twice", exception.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private ImmutableArray<string> Expand(params string[] patterns) =>
        AnyFiles.Data.Expand([.. patterns.Select(_folder.File)], "train.shards");
}
