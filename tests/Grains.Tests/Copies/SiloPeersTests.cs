using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using MirroredInfluence.Engine.Tests;
using MirroredInfluence.Storage;
using Orleans.TestingHost;

namespace MirroredInfluence.Grains.Tests.Copies;

public sealed class SiloPeersTests : IDisposable
{
    private const int SiloCount = 5;

    private readonly Workbench _bench = new();
    private readonly CountedStore _store = new(RandomNumberGenerator.GetBytes((20 << 20) + 17));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task AnObjectThatAllSilosWant_IsReadFromTheStoreOnce()
    {
        await using var cluster = await TestCluster.StartAsync(_bench, SiloCount);
        var paths = await Task.WhenAll(cluster.Silos.Select(GetAsync));
        Assert.Equal(SiloCount, paths.Distinct().Count());
        foreach (var path in paths)
            Assert.Equal(_store.Content, await File.ReadAllBytesAsync(path!, Cancel));
        Assert.Equal(_store.Content.Length, _store.ReadBytes);
    }

    [Fact]
    public async Task ACopyThatItsSiloHasLost_OrThatWentWithIt_IsTakenElsewhere()
    {
        await using var cluster = await TestCluster.StartAsync(_bench, 3);
        var first = await GetAsync(cluster.Silos[0]);
        File.Delete(first!);
        Assert.Equal(_store.Content, await File.ReadAllBytesAsync((await GetAsync(cluster.Silos[1]))!, Cancel));
        Assert.Equal(2 * _store.Content.Length, _store.ReadBytes);

        await cluster.KillSiloAsync(cluster.Silos[1], Cancel);
        Assert.Equal(_store.Content, await File.ReadAllBytesAsync((await GetAsync(cluster.Silos[^1]))!, Cancel));
        Assert.Equal(3 * _store.Content.Length, _store.ReadBytes);
    }

    private Task<string?> GetAsync(InProcessSiloHandle silo)
    {
        var services = silo.ServiceProvider;
        return new PeeredStore(_store, services.GetRequiredService<SiloLanes>().Cache, services.GetRequiredService<IObjectPeers>()).GetFileAsync("weights/q.safetensors", Cancel);
    }

    /// <summary>One object, of which only reads are asked.</summary>
    private sealed class CountedStore(byte[] content) : IObjectStore
    {
        private long _readBytes;

        public byte[] Content => content;

        public long ReadBytes => Interlocked.Read(ref _readBytes);

        public string UriOf(string key) => $"az://account/container/{key}";

        public Task<ObjectVersion?> TryGetVersionAsync(string key, CancellationToken cancellationToken) => Task.FromResult<ObjectVersion?>(new ObjectVersion(content.Length, "1"));

        public async Task ReadAsync(string key, ObjectVersion version, long offset, Memory<byte> destination, CancellationToken cancellationToken)
        {
            await Task.Yield();
            content.AsMemory((int)offset, destination.Length).CopyTo(destination);
            Interlocked.Add(ref _readBytes, destination.Length);
        }

        public Task<byte[]?> GetAsync(string key, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<string?> GetFileAsync(string key, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<bool> PutIfAbsentAsync(string key, Action<Stream> write, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task PutAsync(string key, Action<Stream> write, CancellationToken cancellationToken) => throw new NotSupportedException();

        public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
