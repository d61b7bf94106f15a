using System.Text;

namespace MirroredInfluence.Storage.Tests;

/// <summary>Pre-signed addresses, of blobs behind a proxy that spoils one request in seven; and servers with less to say.</summary>
public sealed class HttpObjectStoreTests(Azurite azurite) : IAsyncLifetime
{
    private static readonly RetrySchedule Schedule = new() { TriesMax = 20, FirstDelay = TimeSpan.FromMilliseconds(1), DelayMax = TimeSpan.FromMilliseconds(20) };

    private readonly TemporaryFolder _folder = new();
    private readonly byte[] _bytes = [.. Enumerable.Range(0, 20_000_000).Select(i => (byte)(i * 7))];
    private FaultProxy? _proxy;
    private string _container = "";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _container = await azurite.CreateContainerAsync();
        _proxy = FaultProxy.Start(azurite.Server.Address, seed: 5, share: 0.15);
        await PutAsync("train 1.arrow", _bytes);
        await PutAsync("empty", []);
    }

    public ValueTask DisposeAsync()
    {
        _proxy!.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task AnObject_IsReadWholeInPartsAndAsAFile()
    {
        var store = OpenSigned();
        var range = new byte[1000];
        var version = (await store.TryGetVersionAsync("train 1.arrow", Cancel))!.Value;
        await store.ReadAsync("train 1.arrow", version, 12_345_678, range, Cancel);

        Assert.Equal(_bytes.Length, version.Length);
        Assert.Equal(_bytes[12_345_678..12_346_678], range);
        Assert.Equal(_bytes, await store.GetAsync("train 1.arrow", Cancel));
        Assert.Equal(_bytes, await File.ReadAllBytesAsync((await store.GetFileAsync("train 1.arrow", Cancel))!, Cancel));
        Assert.Equal($"{_proxy!.Address}{AzuriteServer.Account}/{_container}/first/train 1.arrow", store.UriOf("train 1.arrow"));
    }

    [Fact]
    public async Task WhatIsNotThere_IsNull()
    {
        var store = OpenSigned();
        Assert.Null(await store.GetAsync("a", Cancel));
        Assert.Null(await store.GetFileAsync("a", Cancel));
        Assert.Null(await store.TryGetVersionAsync("a", Cancel));
    }

    [Fact]
    public async Task AnObjectWithoutBytes_IsOne()
    {
        var store = OpenSigned();
        Assert.Equal(0, (await store.TryGetVersionAsync("empty", Cancel))!.Value.Length);
        Assert.Empty((await store.GetAsync("empty", Cancel))!);
        Assert.Equal(0, new FileInfo((await store.GetFileAsync("empty", Cancel))!).Length);
    }

    [Fact]
    public async Task AnObjectThatChanges_IsReadAsItWasOrNotAtAll()
    {
        var store = OpenSigned();
        var version = (await store.TryGetVersionAsync("empty", Cancel))!.Value with { Length = 7 };
        await PutAsync("empty", new byte[7]);
        var exception = await Assert.ThrowsAsync<MirroredException>(() => store.ReadAsync("empty", version, 1, new byte[2], Cancel));
        Assert.Equal((FailureKind.Data, true), (exception.Kind, exception.Message.StartsWith($"{store.UriOf("empty")}: changed since", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task NothingIsWrittenOrListed()
    {
        var store = OpenSigned();
        foreach (var call in new Func<Task>[]
        {
            () => store.PutAsync("a", _ => { }, Cancel),
            () => store.PutIfAbsentAsync("a", _ => { }, Cancel),
            async () => await store.ListAsync("", Cancel).ToArrayAsync(Cancel),
        })
        {
            var exception = await Assert.ThrowsAsync<MirroredException>(call);
            Assert.Equal(FailureKind.Invalid, exception.Kind);
            Assert.Contains("az://account/container/path", exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task ASignatureOutOfDate_IsRefusedWithoutSayingIt()
    {
        var store = Open(new Uri($"{_proxy!.Address}{AzuriteServer.Account}/{_container}/first?{AzuriteServer.Signature("r", "2020-01-01T00:00:00Z")}"));
        var exception = await Assert.ThrowsAsync<MirroredException>(() => store.GetAsync("empty", Cancel));
        Assert.Equal((FailureKind.Invalid, $"{store.UriOf("empty")}: status 403. The address needs a signature that is in date and for GET."), (exception.Kind, exception.Message));
        Assert.DoesNotContain("sig=", exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AServerWithoutRanges_IsRefused()
    {
        using var server = LoopbackServer.Start(_ => Task.FromResult<LoopbackAnswer?>(new LoopbackAnswer(200) { Body = new byte[10] }));
        var exception = await Assert.ThrowsAsync<MirroredException>(() => Open(server.Address).TryGetVersionAsync("a", Cancel));
        Assert.Equal(FailureKind.Invalid, exception.Kind);
        Assert.EndsWith("/a: the server answers with the whole object instead of a range of it. Copy the object to a server with ranges, or to a disk.", exception.Message, StringComparison.Ordinal);
    }

    /// <summary>Some servers have no ETag; some ignore conditions.</summary>
    [Fact]
    public async Task AServerThatOnlySaysWhenItChanged_IsPinnedByThat()
    {
        var changedAt = "Sun, 06 Nov 1994 08:49:37 GMT";
        using var server = LoopbackServer.Start(request => Task.FromResult<LoopbackAnswer?>(new LoopbackAnswer(206)
        {
            Headers = new Dictionary<string, string> { ["Last-Modified"] = changedAt, ["Content-Range"] = request.Headers["Range"].Replace("=", " ", StringComparison.Ordinal) + "/10" },
            Body = Encoding.ASCII.GetBytes(request.Headers["Range"] == "bytes=0-0" ? "0" : "234"),
        }));
        var store = Open(server.Address);
        var version = (await store.TryGetVersionAsync("a", Cancel))!.Value;
        var range = new byte[3];
        await store.ReadAsync("a", version, 2, range, Cancel);
        Assert.Equal("234", Encoding.ASCII.GetString(range));
        changedAt = "Sun, 06 Nov 1994 08:49:38 GMT";
        Assert.Equal(FailureKind.Data, (await Assert.ThrowsAsync<MirroredException>(() => store.ReadAsync("a", version, 2, range, Cancel))).Kind);
    }

    [Fact]
    public async Task AServerThatNeverAnswers_IsUnavailable()
    {
        var never = new TaskCompletionSource<LoopbackAnswer?>();
        using var server = LoopbackServer.Start(_ => never.Task);
        var store = Open(server.Address, new RetrySchedule { TriesMax = 2, FirstDelay = TimeSpan.Zero, TryTimeout = TimeSpan.FromMilliseconds(50) });
        var exception = await Assert.ThrowsAsync<MirroredException>(() => store.GetAsync("a", Cancel));
        Assert.Equal(FailureKind.Unavailable, exception.Kind);
        Assert.EndsWith("/a: no answer in time, after 2 tries. Run again when the store answers: what is finished is kept.", exception.Message, StringComparison.Ordinal);
        never.SetResult(null);   // until here the connection is held by it
    }

    [Fact]
    public async Task AServerThatIsNotThere_IsUnavailable()
    {
        Uri address;
        using (var server = LoopbackServer.Start(_ => Task.FromResult<LoopbackAnswer?>(null)))
            address = server.Address;
        var exception = await Assert.ThrowsAsync<MirroredException>(() => Open(address, Schedule with { TriesMax = 3 }).GetAsync("a", Cancel));
        Assert.Equal(FailureKind.Unavailable, exception.Kind);
        Assert.EndsWith("/a: no connection (Connection refused), after 3 tries. Run again when the store answers: what is finished is kept.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ACancelledCall_IsCancelled()
    {
        using var cancel = new CancellationTokenSource();
        using var server = LoopbackServer.Start(async _ =>
        {
            await cancel.CancelAsync();
            return new LoopbackAnswer(503);
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Open(server.Address, new RetrySchedule()).GetAsync("a", cancel.Token));
    }

    private IObjectStore OpenSigned() => Open(new Uri($"{_proxy!.Address}{AzuriteServer.Account}/{_container}/first?{AzuriteServer.Signature("r")}"));

    private IObjectStore Open(Uri address, RetrySchedule? schedule = null) =>
        ObjectStores.Open(ObjectUri.Parse(address.AbsoluteUri), new ObjectCache(_folder.File("cache"), long.MaxValue, TimeProvider.System), TimeProvider.System, new AzureEnvironment(), schedule ?? Schedule);

    private Task PutAsync(string key, byte[] bytes) => ObjectStores.Open(
        ObjectUri.Parse($"az://{AzuriteServer.Account}/{_container}/first"),
        new ObjectCache(_folder.File("cache"), long.MaxValue, TimeProvider.System),
        TimeProvider.System,
        new AzureEnvironment { ConnectionString = azurite.Server.ConnectionString },
        Schedule).PutAsync(key, stream => stream.Write(bytes), Cancel);
}
