using System.Text;

namespace MirroredInfluence.Storage.Tests;

/// <summary>What every store that is written must hold.</summary>
public abstract class StoreContract
{
    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The same place each time.</summary>
    private protected abstract IObjectStore Open();

    [Fact]
    public async Task AnObjectPutTwice_KeepsItsFirstContent()
    {
        Assert.True(await Open().PutIfAbsentAsync("parts/1", Writes("first"), Cancel));
        Assert.False(await Open().PutIfAbsentAsync("parts/1", Writes("second"), Cancel));
        Assert.Equal("first", await TextOf("parts/1"));
    }

    [Fact]
    public async Task AnObjectReplaced_HasItsNewContent()
    {
        var store = Open();
        await store.PutAsync("result.json", Writes("a longer first"), Cancel);
        var first = await store.TryGetVersionAsync("result.json", Cancel);
        Assert.Equal("a longer first", await File.ReadAllTextAsync((await store.GetFileAsync("result.json", Cancel))!, Cancel));
        await store.PutAsync("result.json", Writes("second"), Cancel);
        Assert.Equal("second", await TextOf("result.json"));
        Assert.Equal("second", await File.ReadAllTextAsync((await store.GetFileAsync("result.json", Cancel))!, Cancel));
        Assert.NotEqual(first, await store.TryGetVersionAsync("result.json", Cancel));
    }

    [Fact]
    public async Task ATransientObjectReplaced_HasItsNewContent()
    {
        await Open().PutTransientAsync("workers/1", Writes("a longer first"), Cancel);
        await Open().PutTransientAsync("workers/1", Writes("second"), Cancel);
        Assert.Equal("second", await TextOf("workers/1"));
    }

    [Fact]
    public async Task WhatIsNotThere_IsNull()
    {
        var store = Open();
        Assert.Null(await store.GetAsync("a", Cancel));
        Assert.Null(await store.GetAsync("no/folder", Cancel));
        Assert.Null(await store.GetFileAsync("a", Cancel));
        Assert.Null(await store.TryGetVersionAsync("a", Cancel));
        Assert.Empty(await List("no/"));
    }

    [Fact]
    public async Task AList_HasTheKeysOfItsPrefix()
    {
        foreach (var key in new[] { "parts/1", "parts/2", "parts/sub/3", "partsother", "run.json" })
            await Open().PutAsync(key, Writes("x"), Cancel);
        Assert.Equal(["parts/1", "parts/2", "parts/sub/3"], await List("parts/"));
        Assert.Equal(["parts/1", "parts/2", "parts/sub/3", "partsother"], await List("parts"));
        Assert.Equal(5, (await List("")).Count);
    }

    [Fact]
    public async Task WhileAnObjectIsWritten_NothingOfItIsVisible()
    {
        await Open().PutIfAbsentAsync("parts/1", stream =>
        {
            stream.Write(new byte[100_000]);
            stream.Flush();
            Assert.Null(Open().GetAsync("parts/1", Cancel).Result);
            Assert.Empty(List("parts/").Result);
        }, Cancel);
        Assert.Equal(["parts/1"], await List(""));
    }

    [Fact]
    public async Task AWriterThatFails_LeavesNothing()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => Open().PutIfAbsentAsync("parts/1", stream =>
        {
            stream.Write(new byte[10]);
            throw new InvalidOperationException();
        }, Cancel));
        Assert.Empty(await List(""));
        Assert.True(await Open().PutIfAbsentAsync("parts/1", Writes("x"), Cancel));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 10)]
    [InlineData(3, 4)]
    [InlineData(10, 0)]
    public async Task ARange_HasTheBytesFromItsOffset(int offset, int length)
    {
        await Open().PutAsync("train.arrow", Writes("0123456789"), Cancel);
        var version = await Open().TryGetVersionAsync("train.arrow", Cancel);
        var bytes = new byte[length];
        await Open().ReadAsync("train.arrow", version!.Value, offset, bytes, Cancel);
        Assert.Equal(10, version.Value.Length);
        Assert.Equal("0123456789".Substring(offset, length), Encoding.UTF8.GetString(bytes));
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 11)]
    [InlineData(10, 1)]
    public async Task ARangeOutsideOfTheObject_IsRefused(int offset, int length)
    {
        await Open().PutAsync("train.arrow", Writes("0123456789"), Cancel);
        var version = await Open().TryGetVersionAsync("train.arrow", Cancel);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Open().ReadAsync("train.arrow", version!.Value, offset, new byte[length], Cancel));
    }

    [Fact]
    public async Task AnObjectWithoutBytes_IsOne()
    {
        Assert.True(await Open().PutIfAbsentAsync("empty", _ => { }, Cancel));
        Assert.False(await Open().PutIfAbsentAsync("empty", _ => { }, Cancel));
        Assert.Empty((await Open().GetAsync("empty", Cancel))!);
        Assert.Equal(0, (await Open().TryGetVersionAsync("empty", Cancel))!.Value.Length);
        Assert.Equal(0, new FileInfo((await Open().GetFileAsync("empty", Cancel))!).Length);
    }

    /// <summary>More than is sent in one request, by writers of different bytes at the same time.</summary>
    [Fact]
    public async Task ALargeObject_IsOneWritersWhole()
    {
        const int Length = 40_000_000;
        var puts = Enumerable.Range(1, 3).Select(writer => Task.Run(() => Open().PutIfAbsentAsync("weights/a", stream =>
        {
            for (var i = 0; i < Length; i += 1_000_000)
                stream.Write(Enumerable.Repeat((byte)writer, 1_000_000).ToArray());
        }, Cancel))).ToArray();
        var won = await Task.WhenAll(puts);
        Assert.Single(won, first => first);
        var bytes = await File.ReadAllBytesAsync((await Open().GetFileAsync("weights/a", Cancel))!, Cancel);
        Assert.Equal(Length, bytes.Length);
        Assert.Equal(Length, bytes.AsSpan().Count((byte)(Array.IndexOf(won, true) + 1)));
    }

    [Fact]
    public async Task AnObjectThatChanges_IsReadAsItWasOrNotAtAll()
    {
        var store = Open();
        await store.PutAsync("train.arrow", Writes("first"), Cancel);
        var version = (await store.TryGetVersionAsync("train.arrow", Cancel))!.Value;
        await store.PutAsync("train.arrow", Writes("another"), Cancel);   // of another length, since times of change have steps
        var changed = await Assert.ThrowsAsync<MirroredException>(() => store.ReadAsync("train.arrow", version, 1, new byte[2], Cancel));
        var gone = await Assert.ThrowsAsync<MirroredException>(() => store.ReadAsync("gone.arrow", version, 1, new byte[2], Cancel));
        Assert.Equal((FailureKind.Data, FailureKind.Data), (changed.Kind, gone.Kind));
        Assert.StartsWith($"{store.UriOf("train.arrow")}: changed since", changed.Message, StringComparison.Ordinal);
        Assert.StartsWith($"{store.UriOf("gone.arrow")}: changed since", gone.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ManyWriters_CommitEachObjectOnce()
    {
        const int Keys = 20, Writers = 8;
        var winners = new int[Keys];
        await Task.WhenAll(Enumerable.Range(1, Writers).Select(writer => Task.Run(async () =>
        {
            var store = Open();
            for (var key = 0; key < Keys; key++)
            {
                if (await store.PutIfAbsentAsync($"parts/{key}", stream => stream.Write(Enumerable.Repeat((byte)writer, 20_000).ToArray()), Cancel))
                    Assert.Equal(0, Interlocked.Exchange(ref winners[key], writer));
            }
        })));
        for (var key = 0; key < Keys; key++)
            Assert.Equal(Enumerable.Repeat((byte)winners[key], 20_000), await Open().GetAsync($"parts/{key}", Cancel));
        Assert.Equal(Keys, (await List("parts/")).Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("a/../../b")]
    [InlineData("a//b")]
    public async Task AKeyThatLeavesThePlace_IsRefused(string key)
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Open().PutAsync(key, Writes("x"), Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => Open().GetAsync(key, Cancel));
    }

    protected static Action<Stream> Writes(string text) => stream => stream.Write(Encoding.UTF8.GetBytes(text));

    private protected async Task<string> TextOf(string key) => Encoding.UTF8.GetString((await Open().GetAsync(key, Cancel))!);

    private protected async Task<List<string>> List(string prefix)
    {
        var keys = new List<string>();
        await foreach (var key in Open().ListAsync(prefix, Cancel))
            keys.Add(key);
        keys.Sort(StringComparer.Ordinal);
        return keys;
    }
}
