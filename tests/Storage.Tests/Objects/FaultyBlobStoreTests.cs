using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace MirroredInfluence.Storage.Tests;

/// <summary>The contract, behind a proxy that spoils one request in seven. MIRRORED_TEST_SEED names other faults.</summary>
public sealed class FaultyBlobStoreTests(Azurite azurite) : StoreContract, IAsyncLifetime
{
    private static readonly RetrySchedule Schedule = new() { TriesMax = 20, FirstDelay = TimeSpan.FromMilliseconds(1), DelayMax = TimeSpan.FromMilliseconds(20) };

    private readonly TemporaryFolder _folder = new();
    private FaultProxy? _proxy;
    private string _container = "";

    public async ValueTask InitializeAsync()
    {
        _container = await azurite.CreateContainerAsync();
        var seed = Environment.GetEnvironmentVariable("MIRRORED_TEST_SEED") ?? "1";
        var seedOfTest = BinaryPrimitives.ReadInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(seed + TestContext.Current.Test!.TestDisplayName)));
        _proxy = FaultProxy.Start(azurite.Server.Address, seedOfTest, share: 0.15);
    }

    public ValueTask DisposeAsync()
    {
        _proxy!.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private protected override IObjectStore Open() => ObjectStores.Open(
        ObjectUri.Parse($"az://{AzuriteServer.Account}/{_container}/runs/first"),
        new ObjectCache(_folder.File("cache"), long.MaxValue, TimeProvider.System),
        TimeProvider.System,
        new AzureEnvironment { ConnectionString = AzuriteServer.ConnectionStringAt(_proxy!.Address) },
        Schedule);
}
