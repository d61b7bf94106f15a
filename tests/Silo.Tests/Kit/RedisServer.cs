namespace MirroredInfluence.Silo.Tests;

/// <summary>A Redis server of the test's own, on a free port of the loopback address, that keeps nothing on the disk.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly OwnedProcess _process;

    private RedisServer(TemporaryFolder folder, OwnedProcess process, int port) => (_folder, _process, Address) = (folder, process, $"127.0.0.1:{port}");

    public string Address { get; }

    public static async Task<RedisServer> StartAsync(string password)
    {
        var (folder, port) = (new TemporaryFolder(), FreePorts.Take());
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var settings = folder.Write("redis.conf", $"bind 127.0.0.1\nport {port}\nsave \"\"\nappendonly no\ndir {folder.Path}\nrequirepass {password}\n");
        var process = OwnedProcess.Start(["redis-server", settings], [], line =>
        {
            if (line.Contains("Ready to accept connections", StringComparison.Ordinal))
                ready.TrySetResult();
        });
        var server = new RedisServer(folder, process, port);
        if (await Task.WhenAny(ready.Task, process.EndAsync(CancellationToken.None)) == ready.Task)
            return server;
        await server.DisposeAsync();
        throw new InvalidOperationException("redis-server ended before it was ready: run `make setup`.");
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Dispose();
    }
}
