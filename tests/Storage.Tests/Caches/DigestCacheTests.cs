using System.Security.Cryptography;

namespace MirroredInfluence.Storage.Tests;

public sealed class DigestCacheTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AnotherDigestOfTheSameFile_IsKeptApart()
    {
        var cache = Cache(TimeSpan.FromDays(1));
        var path = Write([1]);
        var first = cache.Of(path, "x", () => new string('a', 64));
        Assert.NotEqual(first, cache.Of(path, "y", () => new string('b', 64)));
        Assert.Equal(first, cache.Of(path, "x", () => new string('c', 64)));
    }

    [Fact]
    public void AFileThatDidNotChange_IsNotReadAgain() => AssertIsKept(Cache(TimeSpan.FromDays(1)));

    [Fact]
    public void AFileThatWasWrittenAnew_IsReadAgain_ThoughSizeAndTimeOfWritingAreTheSame()
    {
        var cache = Cache(TimeSpan.FromDays(1));
        var first = Digest(cache, Write([1]));
        var writtenAt = File.GetLastWriteTimeUtc(_folder.File("data"));
        Write([2]);
        File.SetLastWriteTimeUtc(_folder.File("data"), writtenAt);
        Assert.NotEqual(first, Digest(cache, _folder.File("data")));
    }

    [Fact]
    public void AFileThatJustChanged_IsNotKept()
    {
        var cache = Cache(TimeSpan.FromSeconds(1));
        Assert.NotEqual(Digest(cache, Write([1])), Digest(cache, Write([2])));
    }

    [Fact]
    public void ADamagedEntry_IsIgnored()
    {
        var cache = Cache(TimeSpan.FromDays(1));
        var digest = Digest(cache, Write([1]));
        var entry = Directory.GetFiles(_folder.File("cache"), "*", SearchOption.AllDirectories).Single();
        File.WriteAllText(entry, File.ReadAllText(entry)[..^1]);
        Assert.Equal(digest, Digest(cache, _folder.File("data")));
    }

    [Fact]
    public void WithoutAFolder_ItIsKeptInMemory() => AssertIsKept(new DigestCache(null, In(TimeSpan.FromDays(1))));

    [Fact]
    public void AFolderThatTakesNothing_HasItKeptInMemory()
    {
        File.WriteAllBytes(_folder.File("cache"), []);
        AssertIsKept(Cache(TimeSpan.FromDays(1)));
    }

    [Fact]
    public void AMissingFile_IsRefused()
    {
        var exception = Assert.Throws<MirroredException>(() => Digest(Cache(TimeSpan.Zero), _folder.File("none")));
        Assert.Equal((FailureKind.Invalid, $"{_folder.File("none")}: not found; expected a file."), (exception.Kind, exception.Message));
    }

    private void AssertIsKept(DigestCache cache)
    {
        var before = Digest(cache, Write([1]));
        Assert.Equal(before, cache.Of(_folder.File("data"), "bytes", () => throw new InvalidOperationException("It is read again.")));
        Assert.NotEqual(before, Digest(cache, Write([2])));
    }

    private static string Digest(DigestCache cache, string path) =>
        cache.Of(path, "bytes", () => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path))));

    private DigestCache Cache(TimeSpan age) => new(_folder.File("cache"), In(age));

    private static FixedTime In(TimeSpan age) => new(DateTime.UtcNow + age);

    private string Write(byte[] content)
    {
        File.WriteAllBytes(_folder.File("data"), content);
        return _folder.File("data");
    }

    private sealed class FixedTime(DateTime now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
