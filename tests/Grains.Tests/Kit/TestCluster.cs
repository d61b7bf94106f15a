using MirroredInfluence.Engine.Tests;
using Orleans.Configuration;
using Orleans.TestingHost;

namespace MirroredInfluence.Grains.Tests;

/// <summary>Silos in the test's process, with two lanes each. They count a dead one as such within seconds.</summary>
internal static class TestCluster
{
    /// <param name="withoutLanes">Names of silos that have no lanes.</param>
    public static async Task<InProcessTestCluster> StartAsync(Workbench bench, int siloCount, params string[] withoutLanes)
    {
        var builder = new InProcessTestClusterBuilder((short)siloCount);
        builder.ConfigureSilo((silo, host) => host.AddMirroredGrains(options =>
        {
            options.Ledger = bench.File("ledger");
            options.Lanes = withoutLanes.Contains(silo.SiloName) ? null : new ComputeSpec { Lanes = 2, Cache = "none" };
            options.BeatInterval = TimeSpan.FromMilliseconds(200);
        }).Configure<ClusterMembershipOptions>(membership => (membership.ProbeTimeout, membership.NumMissedProbesLimit) = (TimeSpan.FromSeconds(1), 2)));
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return cluster;
    }
}
