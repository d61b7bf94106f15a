using MirroredInfluence.Engine.Tests;
using Orleans.TestingHost;

namespace MirroredInfluence.Grains.Tests;

/// <summary>Silos in the test's process, with two lanes each.</summary>
internal static class TestCluster
{
    public static async Task<InProcessTestCluster> StartAsync(Workbench bench, int siloCount)
    {
        var builder = new InProcessTestClusterBuilder((short)siloCount);
        builder.ConfigureSilo((_, silo) => silo.AddMirroredGrains(options =>
        {
            options.Ledger = bench.File("ledger");
            options.Lanes = new ComputeSpec { Lanes = 2, Cache = "none" };
            options.BeatInterval = TimeSpan.FromMilliseconds(200);
        }));
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return cluster;
    }
}
