namespace MirroredInfluence.Storage.Tests;

public sealed class CacheFolderTests
{
    [Fact]
    public void None_TurnsTheCacheOff() => Assert.Null(CacheFolder.Resolve("none"));

    [Fact]
    public void AFolder_IsTakenAsItIs() => Assert.Equal("/data/cache", CacheFolder.Resolve("/data/cache"));

    [Fact]
    public void TheDefault_IsInTheUsersCacheFolder() => Assert.EndsWith("/mirrored-influence", CacheFolder.Resolve(null), StringComparison.Ordinal);
}
