namespace MirroredInfluence.Storage.Tests;

/// <summary>Each fault alone, where it can do most harm.</summary>
public sealed class FaultTests(Azurite azurite) : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private string _container = "";

    public static MatrixTheoryData<Fault, bool> FaultsAndSizes { get; } = new(Enum.GetValues<Fault>()[1..], [false, true]);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _container = await azurite.CreateContainerAsync();

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>A large object is committed by its own request, so that the fault hits either the writing of a small one or that commit.</summary>
    [Theory]
    [MemberData(nameof(FaultsAndSizes))]
    public async Task ACommitWhoseFirstTryIsSpoiled_IsStillTheFirst(Fault fault, bool isLarge)
    {
        using var proxy = Once(fault, request => request.Method == "PUT" && !request.Target.Contains("comp=block&", StringComparison.Ordinal));
        var length = isLarge ? 17 << 20 : 100;
        Assert.True(await Open(proxy).PutIfAbsentAsync("parts/1", stream => stream.Write(new byte[length]), Cancel));
        Assert.False(await Open(proxy).PutIfAbsentAsync("parts/1", stream => stream.Write(new byte[length + 1]), Cancel));
        Assert.Equal(length, (await Open(proxy).TryGetVersionAsync("parts/1", Cancel))!.Value.Length);
        Assert.Equal(1, proxy.Counts[fault]);
    }

    [Theory]
    [MemberData(nameof(FaultsAndSizes))]
    public async Task ACommitThatComesSecond_IsNeverTheFirst(Fault fault, bool isLarge)
    {
        using var undisturbed = Once(fault, _ => false);
        await Open(undisturbed).PutIfAbsentAsync("parts/1", stream => stream.WriteByte(1), Cancel);
        using var proxy = Once(fault, request => request.Method == (isLarge ? "HEAD" : "PUT"));
        Assert.False(await Open(proxy).PutIfAbsentAsync("parts/1", stream => stream.Write(new byte[isLarge ? 17 << 20 : 1]), Cancel));
        Assert.Equal([1], await Open(undisturbed).GetAsync("parts/1", Cancel));
        Assert.Equal(1, proxy.Counts[fault]);
    }

    [Theory]
    [MemberData(nameof(FaultsAndSizes))]
    public async Task AReadWhoseFirstTryIsSpoiled_HasTheBytes(Fault fault, bool isLarge)
    {
        var bytes = Enumerable.Range(0, isLarge ? 20_000_000 : 1000).Select(i => (byte)(i * 7)).ToArray();
        using var undisturbed = Once(fault, _ => false);
        await Open(undisturbed).PutAsync("train.arrow", stream => stream.Write(bytes), Cancel);
        foreach (var read in new Func<IObjectStore, Task<byte[]?>>[]
        {
            store => store.GetAsync("train.arrow", Cancel),
            async store => await File.ReadAllBytesAsync((await store.GetFileAsync("train.arrow", Cancel))!, Cancel),
            async store =>
            {
                var range = new byte[bytes.Length];
                await store.ReadAsync("train.arrow", (await store.TryGetVersionAsync("train.arrow", Cancel))!.Value, 0, range, Cancel);
                return range;
            },
        })
        {
            using var proxy = Once(fault, request => request.Method == "GET");
            Assert.Equal(bytes, await read(Open(proxy)));
            Assert.Equal(1, proxy.Counts[fault]);
        }
    }

    [Theory]
    [MemberData(nameof(FaultsAndSizes))]
    public async Task AListWhoseFirstTryIsSpoiled_IsWhole(Fault fault, bool isLarge)
    {
        using var proxy = Once(fault, request => request.Target.Contains("comp=list", StringComparison.Ordinal));
        var names = Enumerable.Range(0, isLarge ? 20 : 1).Select(i => $"parts/{i:D8}").ToArray();
        foreach (var name in names)
            await Open(proxy).PutAsync(name, stream => stream.WriteByte(1), Cancel);
        Assert.Equal(names, await Open(proxy).ListAsync("parts/", Cancel).ToArrayAsync(Cancel));
        Assert.Equal(1, proxy.Counts[fault]);
    }

    [Theory]
    [InlineData(Fault.DropRequest, "the connection broke off")]
    [InlineData(Fault.DropAnswer, "the connection broke off")]
    [InlineData(Fault.Truncate, "the connection broke off")]
    [InlineData(Fault.Status500, "status 500")]
    [InlineData(Fault.Status503, "status 503")]
    [InlineData(Fault.Status412, "status 412")]
    public async Task AFaultThatDoesNotEnd_IsUnavailable_NamingObjectAnswerAndTries(Fault fault, string answer)
    {
        using var undisturbed = Once(fault, _ => false);
        await Open(undisturbed).PutAsync("parts/1", stream => stream.Write(new byte[1000]), Cancel);
        using var proxy = FaultProxy.Start(azurite.Server.Address, _ => fault);
        var exception = await Assert.ThrowsAsync<MirroredException>(() => Open(proxy, triesMax: 3).GetAsync("parts/1", Cancel));
        Assert.Equal(FailureKind.Unavailable, exception.Kind);
        Assert.Equal(
            $"az://{AzuriteServer.Account}/{_container}/first/parts/1: {answer}, after 3 tries. Run again when the store answers: what is finished is kept.", exception.Message);
    }

    private FaultProxy Once(Fault fault, Func<LoopbackRequest, bool> where)
    {
        var left = 1;
        return FaultProxy.Start(azurite.Server.Address, request => where(request) && Interlocked.Decrement(ref left) >= 0 ? fault : Fault.None);
    }

    private IObjectStore Open(FaultProxy proxy, int triesMax = 8) => ObjectStores.Open(
        ObjectUri.Parse($"az://{AzuriteServer.Account}/{_container}/first"),
        new ObjectCache(_folder.File($"cache-{proxy.Address.Port}"), long.MaxValue, TimeProvider.System),
        TimeProvider.System,
        new AzureEnvironment { ConnectionString = AzuriteServer.ConnectionStringAt(proxy.Address) },
        new RetrySchedule { TriesMax = triesMax, FirstDelay = TimeSpan.FromMilliseconds(1), DelayMax = TimeSpan.FromMilliseconds(20) });
}
