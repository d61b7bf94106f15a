using System.Globalization;
using MirroredInfluence.Storage.Tests;

[assembly: AssemblyFixture(typeof(Azurite))]

namespace MirroredInfluence.Storage.Tests;

/// <summary>One blob store for all tests, each with a container of its own.</summary>
public sealed class Azurite : IAsyncLifetime
{
    private AzuriteServer? _server;
    private int _containerCount;

    internal AzuriteServer Server => _server!;

    public async ValueTask InitializeAsync() => _server = await AzuriteServer.StartAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    internal async Task<string> CreateContainerAsync()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"test-{Interlocked.Increment(ref _containerCount)}");
        await Server.CreateContainerAsync(name);
        return name;
    }
}
