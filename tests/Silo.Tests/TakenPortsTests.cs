using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;

namespace MirroredInfluence.Silo.Tests;

public sealed class TakenPortsTests
{
    [Theory]
    [InlineData("SiloPort")]
    [InlineData("GatewayPort")]
    [InlineData("HealthPort")]
    public void APortThatIsTaken_IsRefusedByItsSetting(string name)
    {
        using var holder = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        holder.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);   // as Orleans' sockets have it
        holder.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        holder.Listen();
        var taken = ((IPEndPoint)holder.LocalEndPoint!).Port;
        var free = FreePorts.Take(3);
        var ports = new Dictionary<string, string?> { ["Silo:Ledger"] = "ledger", ["Silo:SiloPort"] = $"{free[0]}", ["Silo:GatewayPort"] = $"{free[1]}", ["Silo:HealthPort"] = $"{free[2]}", [$"Silo:{name}"] = $"{taken}" };
        var settings = SiloSettings.Read(new ConfigurationBuilder().AddInMemoryCollection(ports).Build());
        var refused = Assert.Throws<MirroredException>(() => TakenPorts.Refuse(settings));
        Assert.StartsWith($"Silo:{name}: 127.0.0.1:{taken} cannot be listened at: ", refused.Message, StringComparison.Ordinal);

        holder.Dispose();
        TakenPorts.Refuse(settings);
    }

    [Fact]
    public void AnAddressOfAnotherMachine_IsRefused()
    {
        var elsewhere = new Dictionary<string, string?> { ["Silo:Ledger"] = "ledger", ["Silo:Clustering"] = "Redis", ["Silo:ConnectionString"] = "any", ["Silo:Address"] = "192.0.2.1", ["Silo:AllowPlaintext"] = "true" };
        var refused = Assert.Throws<MirroredException>(() => TakenPorts.Refuse(SiloSettings.Read(new ConfigurationBuilder().AddInMemoryCollection(elsewhere).Build())));
        Assert.Equal("Silo:Address: found 192.0.2.1, which is none of this machine's; expected the one at which other silos reach it.", refused.Message);
    }
}
