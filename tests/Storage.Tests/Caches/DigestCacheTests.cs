using System.Security.Cryptography;

namespace MirroredInfluence.Storage.Tests;

public sealed class DigestCacheTests : IDisposable
{
    private static readonly DateTime Written = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AnyFile_HasItsSha256()
    {
        var content = new byte[3_000_001];
        new Random(1).NextBytes(content);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(content)), Cache(TimeSpan.FromDays(1)).Sha256(Write(content), Cancel));
        Assert.Equal("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", Cache(TimeSpan.FromDays(1)).Sha256(Write([]), Cancel));
    }

    /// <summary>The file is changed behind the cache's back, with size and time kept, to see that it is not read.</summary>
    [Fact]
    public void AFileThatDidNotChange_IsNotReadAgain()
    {
        var cache = Cache(TimeSpan.FromDays(1));
        var before = cache.Sha256(Write([1]), Cancel);
        Assert.Equal(before, cache.Sha256(Write([2]), Cancel));
    }

    [Fact]
    public void AFileOfAnotherSizeOrTime_IsReadAgain()
    {
        var cache = Cache(TimeSpan.FromDays(1));
        var digests = new[] { cache.Sha256(Write([1]), Cancel), cache.Sha256(Write([1, 2]), Cancel), cache.Sha256(Write([3, 4], Written.AddTicks(1)), Cancel) };
        Assert.Distinct(digests);
    }

    [Fact]
    public void AFileThatJustChanged_IsNotKept()
    {
        var cache = Cache(TimeSpan.FromSeconds(1));
        Assert.NotEqual(cache.Sha256(Write([1]), Cancel), cache.Sha256(Write([2]), Cancel));
    }

    [Fact]
    public void ADamagedEntry_IsIgnored()
    {
        var cache = Cache(TimeSpan.FromDays(1));
        var digest = cache.Sha256(Write([1]), Cancel);
        var entry = Directory.GetFiles(_folder.File("cache"), "*", SearchOption.AllDirectories).Single();
        File.WriteAllText(entry, File.ReadAllText(entry)[..^1]);
        Assert.Equal(digest, cache.Sha256(Write([1]), Cancel));
    }

    [Fact]
    public void WithoutAFolder_EveryFileIsRead()
    {
        var cache = new DigestCache(null, new FixedTime(Written.AddDays(1)));
        Assert.NotEqual(cache.Sha256(Write([1]), Cancel), cache.Sha256(Write([2]), Cancel));
    }

    [Fact]
    public void AMissingFile_IsRefused()
    {
        var exception = Assert.Throws<MirroredException>(() => Cache(TimeSpan.Zero).Sha256(_folder.File("none"), Cancel));
        Assert.Equal((FailureKind.Invalid, $"{_folder.File("none")}: not found; expected a file."), (exception.Kind, exception.Message));
    }

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
