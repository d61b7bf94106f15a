namespace MirroredInfluence.Storage.Tests;

public sealed class AzureBlobStoreTests(Azurite azurite) : StoreContract, IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    private string _container = "";

    public async ValueTask InitializeAsync() => _container = await azurite.CreateContainerAsync();

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private protected override IObjectStore Open() => ObjectStores.Open(
        ObjectUri.Parse($"az://{AzuriteServer.Account}/{_container}/runs/first"),
        new ObjectCache(_folder.File("cache"), long.MaxValue, TimeProvider.System),
        TimeProvider.System,
        new AzureEnvironment { ConnectionString = azurite.Server.ConnectionString },
        new RetrySchedule());
}
