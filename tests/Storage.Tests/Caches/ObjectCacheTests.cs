namespace MirroredInfluence.Storage.Tests;

public sealed class ObjectCacheTests : IDisposable
{
    private const int EntryBytes = 1000;

    private readonly TemporaryFolder _folder = new();
    private readonly SteppingTime _time = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AnEntry_IsFoundByEveryProcess()
    {
        var path = Add(Open(), 'a');
        Assert.Equal(path, Open().TryFind(NameOf('a')));
        Assert.Equal(Content('a'), File.ReadAllBytes(path));
        Assert.Null(Open().TryFind(NameOf('b')));
    }

    [Theory]
    [InlineData(EntryBytes - 1)]
    [InlineData(EntryBytes)]
    [InlineData(0)]
    public void ADamagedEntry_IsNone(int length)
    {
        var damaged = Content('a').AsSpan(0, length).ToArray();
        if (length == EntryBytes)
            damaged[500] ^= 1;
        var path = Add(Open(), 'a');
        File.WriteAllBytes(path, damaged);
        Assert.Null(Open().TryFind(NameOf('a')));
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void WhatWasUsedLongestAgo_GoesFirst()
    {
        var cache = Open(bytesMax: 5 * EntryBytes);
        var paths = "abcde".Select(letter => Add(cache, letter)).ToArray();
        Assert.NotNull(cache.TryFind(NameOf('a')));
        Add(cache, 'f');

        Assert.True(File.Exists(paths[0]));
        Assert.False(File.Exists(paths[1]));
        Assert.True(File.Exists(paths[4]));
        Assert.NotNull(cache.TryFind(NameOf('f')));
    }

    [Fact]
    public void ManyProcesses_KeepToTheBound()
    {
        ObjectCache[] caches = [.. Enumerable.Range(0, 4).Select(_ => Open(bytesMax: 64 * EntryBytes))];
        for (var i = 0; i < 1000; i++)
            Add(caches[i % 4], (char)i);
        var bytes = Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories).Sum(path => new FileInfo(path).Length);
        Assert.InRange(bytes, 50 * EntryBytes, (64 + 4) * EntryBytes);
    }

    [Fact]
    public async Task AnObjectThatManyProcessesWant_IsReadOnce()
    {
        var bytes = new byte[20 << 20];
        new Random(1).NextBytes(bytes);
        _folder.Write("delta", bytes);
        var store = new CountingStore(_folder.Path);

        var paths = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(() => ObjectCopies.TryGetAsync(store, "delta", Open(), Cancel), Cancel)));

        Assert.Equal(bytes.Length, store.ReadBytes);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(Assert.Single(paths.Distinct())!, Cancel));
    }

    [Theory]
    [InlineData("a file")]
    [InlineData("a file in the folder's place")]
    [InlineData("a file system without folders of users")]
    public async Task AFolderThatTakesNothing_IsSaidOnce(string how)
    {
        var path = how switch
        {
            "a file" => _folder.Write("cache", Content('a')),
            "a file in the folder's place" => _folder.Write("objects", Content('a'))[..^"/objects".Length],
            _ => "/proc/cache",
        };
        var cache = new ObjectCache(path, long.MaxValue, _time);

        Assert.Null(cache.TryFind(NameOf('a')));
        Assert.Null(await cache.LockAsync(NameOf('a'), Cancel));
        foreach (var write in (Action[])[() => Add(cache, 'a'), () => cache.Draft(file => file.Write(Content('a')))])
        {
            var refusal = Assert.Throws<MirroredException>(write);
            Assert.Equal(FailureKind.Unavailable, refusal.Kind);
            Assert.StartsWith($"compute.cache (--compute-cache): {path} takes no copy of a remote object: ", refusal.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("draft-", refusal.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("writing stopped", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void WhatTheStoreSays_IsNotSaidOfTheFolder()
    {
        var refusal = Assert.Throws<MirroredException>(() => Open().Draft(_ => throw Failure.Unavailable("az://a/b: no answer.")));
        Assert.Equal("az://a/b: no answer.", refusal.Message);
    }

    private static string NameOf(char letter) => ObjectCache.NameOf("far://rows", new ObjectVersion(EntryBytes, "1"), letter.ToString());

    private static byte[] Content(char letter) => [.. Enumerable.Range(0, EntryBytes).Select(i => (byte)(i + letter))];

    private static string Add(ObjectCache cache, char letter) => cache.Add(NameOf(letter), EntryBytes, file => file.Write(Content(letter)));

    private ObjectCache Open(long bytesMax = long.MaxValue) => new(_folder.File("cache"), bytesMax, _time);

    /// <summary>A second later whenever it is asked.</summary>
    private sealed class SteppingTime : TimeProvider
    {
        private int _seconds;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddSeconds(Interlocked.Increment(ref _seconds));
    }
}
