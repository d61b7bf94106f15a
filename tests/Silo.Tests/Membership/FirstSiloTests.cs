using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;

namespace MirroredInfluence.Silo.Tests.Membership;

public sealed class FirstSiloTests : IDisposable
{
    private const int TerminateSignal = 15;

    private readonly TemporaryFolder _folder = new();
    private readonly int[] _ports = FreePorts.Take(4);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task OneThatIsNotThere_IsAwaitedAndThenNamed()
    {
        var settings = SiloSettings.Read(new ConfigurationBuilder().AddInMemoryCollection(Settings().Select(pair => KeyValuePair.Create(pair.Key.Replace("__", ":", StringComparison.Ordinal), (string?)pair.Value))).Build());
        var waiting = FirstSilo.AwaitAsync(settings, TimeSpan.FromMinutes(1), TimeProvider.System, Cancel);
        Assert.False(waiting.IsCompleted);
        using (var listener = Listen())
            await waiting;

        var missing = await Assert.ThrowsAsync<MirroredException>(() => FirstSilo.AwaitAsync(settings, TimeSpan.Zero, TimeProvider.System, Cancel));
        Assert.Equal(FailureKind.Unavailable, missing.Kind);
        Assert.StartsWith($"Silo:FirstSiloPort: nobody listens at 127.0.0.1:{_ports[3]} after 0 s; ", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ASiloThatIsStoppedWhileItJoins_SaysSoAndEnds()
    {
        using var listener = Listen();
        var said = new ConcurrentQueue<string>();
        await using var silo = OwnedProcess.Start([Repository.Path("artifacts", "bin", "Silo", "release", "MirroredInfluence.Silo")], Settings(), said.Enqueue);
        for (var count = 0; count < 2; count++)   // it looks for the first silo, then Orleans calls it
            (await listener.AcceptTcpClientAsync(Cancel)).Dispose();
        silo.Send(TerminateSignal);
        Assert.Equal(0, await silo.EndAsync(Cancel));
        Assert.Equal("silo: stopped before it had joined the cluster.", said.Last());
    }

    private TcpListener Listen()
    {
        var listener = new TcpListener(IPAddress.Loopback, _ports[3]);
        listener.Start();
        return listener;
    }

    private Dictionary<string, string> Settings() => new()
    {
        ["Silo__Ledger"] = _folder.Path,
        ["Silo__SiloPort"] = $"{_ports[0]}",
        ["Silo__GatewayPort"] = $"{_ports[1]}",
        ["Silo__HealthPort"] = $"{_ports[2]}",
        ["Silo__FirstSiloPort"] = $"{_ports[3]}",
    };
}
