using Amazon.Runtime;

namespace MirroredInfluence.Storage.Tests;

/// <summary>The contract over a bucket.</summary>
public sealed class S3StoreTests : StoreContract, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly BucketServer _server = new();

    public void Dispose()
    {
        _server.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task ABucketThatIsNotThere_IsRefusedAtOnce()
    {
        var store = Open("s3://missing/first", _server.Address);
        foreach (Func<Task> call in new Func<Task>[]
        {
            () => store.GetAsync("run.json", Cancel),
            () => store.PutIfAbsentAsync("run.json", Writes("x"), Cancel),
            async () => await store.ListAsync("", Cancel).ToArrayAsync(Cancel),
        })
        {
            var refusal = await Assert.ThrowsAsync<MirroredException>(call);
            Assert.Equal(FailureKind.Invalid, refusal.Kind);
            Assert.EndsWith("status 404 NoSuchBucket. Create the bucket 'missing', or name one that is there.", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task AStoreThatDoesNotAnswer_IsUnavailable()
    {
        var store = Open("s3://rows/first", new Uri("http://127.0.0.1:1/"));
        var refusal = await Assert.ThrowsAsync<MirroredException>(() => store.GetAsync("run.json", Cancel));
        Assert.Equal(FailureKind.Unavailable, refusal.Kind);
        Assert.Contains("s3://rows/first/run.json: no connection", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AQuery_IsRefusedWithoutSayingIt()
    {
        var refusal = Assert.Throws<MirroredException>(() => Open("s3://rows/first?X-Amz-Signature=secret", _server.Address));
        Assert.Equal("s3://rows/first: has a query, which s3:// has no use for; write a pre-signed address as https://….", refusal.Message);
    }

    private protected override IObjectStore Open() => Open($"s3://{BucketServer.Bucket}/runs/first", _server.Address);

    private S3Store Open(string uri, Uri endpoint) => S3Address.Open(
        ObjectUri.Parse(uri),
        new ObjectCache(_folder.File("cache"), long.MaxValue, TimeProvider.System),
        TimeProvider.System,
        new S3Environment { Endpoint = endpoint, Credentials = new BasicAWSCredentials("test", "test") },
        new RetrySchedule { TriesMax = 4, FirstDelay = TimeSpan.FromMilliseconds(1), DelayMax = TimeSpan.FromMilliseconds(20) });
}

/// <summary>The contract over a bucket, behind a proxy that spoils one request in seven.</summary>
public sealed class FaultyS3StoreTests : StoreContract, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly BucketServer _server = new();
    private readonly FaultProxy _proxy;

    public FaultyS3StoreTests() => _proxy = FaultProxy.Start(_server.Address, seed: 11, share: 0.15);

    public void Dispose()
    {
        _proxy.Dispose();
        _server.Dispose();
        _folder.Dispose();
    }

    private protected override IObjectStore Open() => S3Address.Open(
        ObjectUri.Parse($"s3://{BucketServer.Bucket}/runs/first"),
        new ObjectCache(_folder.File("cache"), long.MaxValue, TimeProvider.System),
        TimeProvider.System,
        new S3Environment { Endpoint = _proxy.Address, Credentials = new BasicAWSCredentials("test", "test") },
        new RetrySchedule { TriesMax = 20, FirstDelay = TimeSpan.FromMilliseconds(1), DelayMax = TimeSpan.FromMilliseconds(20) });
}
