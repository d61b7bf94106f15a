using System.Security.Cryptography;

namespace MirroredInfluence.Storage.Tests;

public sealed class DigestCacheTests : IDisposable
{
    private static readonly DateTime Written = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

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
    public void AFileOfAnotherSizeOrTime_IsReadAgain()
    {
        var cache = Cache(TimeSpan.FromDays(1));
        var digests = new[] { Digest(cache, Write([1])), Digest(cache, Write([1, 2])), Digest(cache, Write([3, 4], Written.AddTicks(1))) };
        Assert.Distinct(digests);
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
        Assert.Equal(digest, Digest(cache, Write([1])));
    }

    [Fact]
    public void WithoutAFolder_ItIsKeptInMemory() => AssertIsKept(new DigestCache(null, new FixedTime(Written.AddDays(1))));

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

    /// <summary>The file is changed behind the cache's back, with size and time kept, to see that it is not read.</summary>
    private void AssertIsKept(DigestCache cache)
    {
        var before = Digest(cache, Write([1]));
        Assert.Equal(before, Digest(cache, Write([2])));
        Assert.NotEqual(before, Digest(cache, Write([2], Written.AddTicks(1))));
    }

    private static string Digest(DigestCache cache, string path) =>
        cache.Of(path, "bytes", () => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path))));

    private DigestCache Cache(TimeSpan age) => new(_folder.File("cache"), new FixedTime(Written + age));

    private string Write(byte[] content, DateTime? time = null)
    {
        File.WriteAllBytes(_folder.File("data"), content);
        File.SetLastWriteTimeUtc(_folder.File("data"), time ?? Written);
        return _folder.File("data");
    }

    private sealed class FixedTime(DateTime now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
