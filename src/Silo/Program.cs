using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using MirroredInfluence.Grains;
using MirroredInfluence.Silo;
using Orleans.Configuration;
using Orleans.Hosting;

try
{
    var builder = WebApplication.CreateSlimBuilder(args);
    var options = SiloOptions.Read(builder.Configuration);
    if (options.Clustering == ClusteringKind.PostgreSql)
        await MembershipSchema.EnsureAsync(options.ConnectionString!, CancellationToken.None);

    builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(options.Clustering == ClusteringKind.Localhost ? IPAddress.Loopback : IPAddress.Any, options.HealthPort));
    builder.Services.AddSingleton(options).AddSingleton(TimeProvider.System);
    builder.Services.AddHealthChecks().AddCheck<StoreHealth>("store").AddCheck<DeviceHealth>("device");
    builder.UseOrleans(silo => Configure(silo, options));

    var app = builder.Build();
    app.MapHealthChecks("/live", new HealthCheckOptions { Predicate = _ => false });
    app.MapHealthChecks("/ready");
    await app.RunAsync();
    return 0;
}
catch (MirroredException exception)
{
    await Console.Error.WriteLineAsync($"silo: {exception.Message}");
    return exception.Kind switch { FailureKind.Invalid => 2, FailureKind.Data => 3, FailureKind.Unavailable => 4, _ => 70 };
}

static void Configure(ISiloBuilder silo, SiloOptions options)
{
    if (options.Clustering == ClusteringKind.Localhost)
    {
        silo.UseLocalhostClustering(
            options.SiloPort, options.GatewayPort, new IPEndPoint(IPAddress.Loopback, options.FirstSiloPort ?? options.SiloPort), options.ServiceId, options.ClusterId);
    }
    else
    {
        silo.UseAdoNetClustering(membership => (membership.Invariant, membership.ConnectionString) = ("Npgsql", options.ConnectionString!));
        silo.ConfigureEndpoints(options.EndPointAddress, options.SiloPort, options.GatewayPort);
        silo.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (options.ClusterId, options.ServiceId));
    }

    silo.Configure<ClusterMembershipOptions>(membership =>
    {
        (membership.ProbeTimeout, membership.NumMissedProbesLimit) = (TimeSpan.FromSeconds(options.ProbeSeconds), 2);
        (membership.IAmAliveTablePublishTimeout, membership.DefunctSiloCleanupPeriod) = (TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10));
    });
    silo.AddMirroredGrains(grains =>
    {
        grains.Ledger = options.Ledger;
        grains.Lanes = options.ToCompute();
        grains.BeatInterval = TimeSpan.FromSeconds(options.BeatSeconds);
    });
}
