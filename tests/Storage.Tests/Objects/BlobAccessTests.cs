using System.Text;

namespace MirroredInfluence.Storage.Tests;

/// <summary>Who may do what in a container, and what those are told who may not.</summary>
public sealed class BlobAccessTests(Azurite azurite) : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private string _container = "";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Place => $"az://{AzuriteServer.Account}/{_container}/first";

    private AzureEnvironment Endpoint => new() { Endpoint = new Uri($"{azurite.Server.Address}{AzuriteServer.Account}") };

    public async ValueTask InitializeAsync() => _container = await azurite.CreateContainerAsync();

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task ASignatureWithFourRights_IsEnoughForARun()
    {
        foreach (var place in new[] { Place, $"{Endpoint.Endpoint}/{_container}/first" })
        {
            var store = Open($"{place}?{AzuriteServer.Signature("rwlc")}", Endpoint);
            await store.PutAsync("result.json", stream => stream.WriteByte(1), Cancel);
            await store.PutAsync("result.json", stream => stream.WriteByte(2), Cancel);
            await store.PutIfAbsentAsync("parts/1", stream => stream.WriteByte(3), Cancel);
            Assert.False(await store.PutIfAbsentAsync("parts/1", stream => stream.WriteByte(4), Cancel));
            Assert.Equal([3], await store.GetAsync("parts/1", Cancel));
            Assert.Equal(["parts/1", "result.json"], await store.ListAsync("", Cancel).Order(StringComparer.Ordinal).ToArrayAsync(Cancel));
            Assert.Equal($"{place}/parts/1", store.UriOf("parts/1"));
        }
    }

    /// <summary>Such a signature forbids to overwrite before any condition is looked at.</summary>
    [Fact]
    public async Task ASignatureThatOnlyCreates_CommitsOnce_AndReplacesNothing()
    {
        var store = Open($"{Place}?{AzuriteServer.Signature("rc")}", Endpoint);
        Assert.True(await store.PutIfAbsentAsync("parts/1", stream => stream.WriteByte(3), Cancel));
        Assert.False(await store.PutIfAbsentAsync("parts/1", stream => stream.WriteByte(4), Cancel));
        await RefusedAsync("403", "The signature must be in date and grant read, list, create and write in this container.", () => store.PutAsync("parts/1", stream => stream.WriteByte(5), Cancel));
        Assert.Equal([3], await store.GetAsync("parts/1", Cancel));
    }

    [Theory]
    [InlineData("r", "2020-01-01T00:00:00Z")]
    [InlineData("w", "2099-01-01T00:00:00Z")]
    public async Task ASignatureThatDoesNotDo_IsRefusedAtOnce(string permissions, string expires) => await RefusedAsync(
        "403",
        "The signature must be in date and grant read, list, create and write in this container.",
        () => Open($"{Place}?{AzuriteServer.Signature(permissions, expires)}", Endpoint).GetAsync("run.json", Cancel));

    [Fact]
    public async Task AWrongKey_IsRefusedAtOnce() => await RefusedAsync(
        "403",
        "AZURE_STORAGE_CONNECTION_STRING must hold a key of the account, or a signature that is in date and grants read, list, create and write.",
        () => Open(Place, new AzureEnvironment { ConnectionString = azurite.Server.ConnectionString.Replace(AzuriteServer.Key, "c29tZXRoaW5n", StringComparison.Ordinal) }).GetAsync("run.json", Cancel));

    [Fact]
    public async Task ASignatureInTheConnectionString_IsUsed()
    {
        var store = Open(Place, new AzureEnvironment { ConnectionString = $"BlobEndpoint={Endpoint.Endpoint};SharedAccessSignature={AzuriteServer.Signature("rc")}" });
        Assert.True(await store.PutIfAbsentAsync("parts/1", stream => stream.WriteByte(3), Cancel));
    }

    [Fact]
    public async Task AContainerThatIsNotThere_IsRefusedAtOnce()
    {
        var store = Open($"az://{AzuriteServer.Account}/missing/first", new AzureEnvironment { ConnectionString = azurite.Server.ConnectionString });
        const string Advice = $"Create the container 'missing' in account '{AzuriteServer.Account}', or name one that is there.";
        await RefusedAsync("404 ContainerNotFound", Advice, () => store.GetAsync("run.json", Cancel));
        await RefusedAsync("404 ContainerNotFound", Advice, () => store.TryGetVersionAsync("run.json", Cancel));
        await RefusedAsync("404 ContainerNotFound", Advice, () => store.PutIfAbsentAsync("run.json", stream => stream.WriteByte(1), Cancel));
        await RefusedAsync("404 ContainerNotFound", Advice, async () => await store.ListAsync("", Cancel).ToArrayAsync(Cancel));
    }

    [Fact]
    public async Task AListOfSeveralPages_IsWhole()
    {
        using var server = LoopbackServer.Start(request => Task.FromResult<LoopbackAnswer?>(new LoopbackAnswer(200)
        {
            Headers = new Dictionary<string, string> { ["Content-Type"] = "application/xml" },
            Body = Encoding.UTF8.GetBytes(request.Target.Contains("marker=second", StringComparison.Ordinal) ? Page("parts/2", "") : Page("parts/1", "second")),
        }));
        var store = Open(Place, new AzureEnvironment { ConnectionString = AzuriteServer.ConnectionStringAt(server.Address) });
        Assert.Equal(["parts/1", "parts/2"], await store.ListAsync("parts/", Cancel).ToArrayAsync(Cancel));

        static string Page(string key, string next) =>
            $"<EnumerationResults ServiceEndpoint='http://a/' ContainerName='c'><Blobs><Blob><Name>first/{key}</Name><Properties/></Blob></Blobs><NextMarker>{next}</NextMarker></EnumerationResults>";
    }

    [Theory]
    [InlineData("az://account", "names no container; expected az://account/container/path.")]
    [InlineData("az://mirrored/runs?notasignature", "what follows '?' is no shared access signature; expected …&sig=….")]
    [InlineData("az://another/runs", "is of account 'another', but AZURE_STORAGE_CONNECTION_STRING is of 'mirrored'. Unset it to use an identity, or append a shared access signature.")]
    [InlineData("https://another.blob.core.windows.net/runs", "is of account 'another', but AZURE_STORAGE_CONNECTION_STRING is of 'mirrored'. Unset it to use an identity, or append a shared access signature.")]
    public void AnAddressThatMakesNoSense_IsRefused(string uri, string message)
    {
        var exception = Assert.Throws<MirroredException>(() => Open(uri, new AzureEnvironment { ConnectionString = azurite.Server.ConnectionString }));
        Assert.Equal((FailureKind.Invalid, $"{uri.Split('?')[0]}: {message}"), (exception.Kind, exception.Message));
    }

    [Fact]
    public void AnIdentity_IsNeverSentInTheClear()
    {
        var exception = Assert.Throws<MirroredException>(() => Open(Place, Endpoint));
        Assert.Equal(FailureKind.Invalid, exception.Kind);
        Assert.Contains("is not https, over which no identity is sent", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnEndpointOfAnotherAccount_IsRefused()
    {
        var exception = Assert.Throws<MirroredException>(() => Open("az://another/runs", Endpoint));
        Assert.Equal((FailureKind.Invalid, "az://another/runs: is of account 'another', but AZURE_STORAGE_BLOB_ENDPOINT is of 'mirrored'."), (exception.Kind, exception.Message));
    }

    [Fact]
    public void AConnectionStringThatIsNone_IsRefusedWithoutSayingIt()
    {
        var exception = Assert.Throws<MirroredException>(() => Open(Place, new AzureEnvironment { ConnectionString = "AccountKey=secret" }));
        Assert.Equal(FailureKind.Invalid, exception.Kind);
        Assert.DoesNotContain("secret", exception.ToString(), StringComparison.Ordinal);
    }

    private static async Task RefusedAsync(string answer, string advice, Func<Task> call)
    {
        var exception = await Assert.ThrowsAsync<MirroredException>(call);
        Assert.Equal(FailureKind.Invalid, exception.Kind);
        Assert.Contains($"status {answer}", exception.Message, StringComparison.Ordinal);
        Assert.EndsWith(advice, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sig=", exception.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Signature=", exception.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>With one try: a refusal that were asked again would end as Unavailable.</summary>
    private IObjectStore Open(string uri, AzureEnvironment environment) =>
        ObjectStores.Open(ObjectUri.Parse(uri), new ObjectCache(_folder.File("cache"), long.MaxValue, TimeProvider.System), TimeProvider.System, environment, new RetrySchedule { TriesMax = 1 });
}
