using Microsoft.Extensions.DependencyInjection;
using MirroredInfluence.Client;
using MirroredInfluence.Connections;

namespace MirroredInfluence.Samples;

public static class OnACluster
{
    public static async Task<InfluenceResult> FindAsync(RunSpec spec, string directory, string gateway, TlsFiles certificates)
    {
        var address = new ClusterAddress { Gateways = [gateway], Tls = certificates };
        await using var services = new ServiceCollection().AddMirroredClient(address).BuildServiceProvider();
        var client = services.GetRequiredService<IMirroredClient>();
        var run = await client.SubmitAsync(spec, new RunOptions { Directory = directory, Priority = 20 });
        return await run.ResultAsync();
    }
}
