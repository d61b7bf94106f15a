using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using MirroredInfluence;
using MirroredInfluence.Grains;
using MirroredInfluence.Silo;
using MirroredInfluence.Storage;
using MirroredInfluence.Telemetry;
using Orleans.Configuration;

if (SiloFlags.AskForHelp(args))
{
    SiloHelp.Write(Console.Out);
    return 0;
}

try
{
    SiloFlags.RefuseUnknown(args);
    var builder = WebApplication.CreateSlimBuilder(args);
    builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = QuietLogging() });
    var settings = SiloSettings.Read(builder.Configuration);
    TakenPorts.Refuse(settings);
    settings.CheckDevices();
    if (settings.Clustering == ClusteringKind.Localhost)
        await FirstSilo.AwaitAsync(settings, TimeSpan.FromSeconds(30), TimeProvider.System, CancellationToken.None);
    if (settings.Clustering == ClusteringKind.PostgreSql)
        await MembershipSchema.EnsureAsync(settings.ConnectionString!, CancellationToken.None);
    if (settings.Clustering == ClusteringKind.Redis)
        await RedisMembership.CheckAsync(RedisMembership.Parse(settings.ConnectionString!));

    builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(settings.Clustering == ClusteringKind.Localhost ? IPAddress.Loopback : IPAddress.Any, settings.HealthPort));
    builder.Services.AddSingleton(settings).AddSingleton(TimeProvider.System);
    builder.Services.AddHealthChecks().AddCheck<StoreHealth>("store").AddCheck<DeviceHealth>("device");
    builder.UseOrleans(silo => Configure(silo, settings));

    var app = builder.Build();
    await StoreHealth.RefuseAsync(settings.Ledger, app.Services.GetRequiredService<IObjectStore>);
    app.MapHealthChecks("/live", new HealthCheckOptions { Predicate = _ => false });
    app.MapHealthChecks("/ready", new HealthCheckOptions { ResponseWriter = HealthReason.WriteAsync });
    app.Lifetime.ApplicationStopping.Register(() => EndUnlessStarted(app.Lifetime));
    using var telemetry = TelemetryExport.Start("mirrored-silo");
    await app.RunAsync();
    return 0;
}
catch (MirroredException exception)
{
    await Console.Error.WriteLineAsync($"silo: {exception.Message}");
    return ExitCode.Of(exception.Kind);
}

// Before it has joined there is nothing to drain, and Orleans takes the end for a fault.
static void EndUnlessStarted(IHostApplicationLifetime lifetime)
{
    if (lifetime.ApplicationStarted.IsCancellationRequested)
        return;
    Console.Error.WriteLine("silo: stopped before it had joined the cluster.");
    Environment.Exit(0);
}

// What a silo says, a line each, unless its configuration asks for more: Orleans tells of each of its options at start.
static Dictionary<string, string?> QuietLogging() => new()
{
    ["Logging:LogLevel:Orleans"] = "Warning",
    ["Logging:LogLevel:Orleans.Runtime.Silo"] = "Error",
    ["Logging:LogLevel:Orleans.Runtime.Watchdog"] = "Error",
    ["Logging:LogLevel:Orleans.Messaging"] = "Critical",   // calls that reach nobody: their callers say so, or ask again
    ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
    ["Logging:LogLevel:Polly"] = "None",
    ["Logging:Console:FormatterName"] = "simple",
    ["Logging:Console:FormatterOptions:SingleLine"] = "true",
    ["Logging:Console:FormatterOptions:UseUtcTimestamp"] = "true",
    ["Logging:Console:FormatterOptions:TimestampFormat"] = "yyyy-MM-ddTHH:mm:ssZ ",
};

static void Configure(ISiloBuilder silo, SiloSettings settings)
{
    if (settings.Clustering == ClusteringKind.Localhost)
    {
        silo.UseLocalhostClustering(
            settings.SiloPort, settings.GatewayPort, new IPEndPoint(IPAddress.Loopback, settings.FirstSiloPort ?? settings.SiloPort), settings.ServiceId, settings.ClusterId);
    }
    else
    {
        if (settings.Clustering == ClusteringKind.Redis)
            silo.UseRedisClustering(membership => membership.ConfigurationOptions = RedisMembership.Parse(settings.ConnectionString!));
        else
            silo.UseAdoNetClustering(membership => (membership.Invariant, membership.ConnectionString) = ("Npgsql", settings.ConnectionString!));
        silo.ConfigureEndpoints(settings.EndPointAddress, settings.SiloPort, settings.GatewayPort);
        silo.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (settings.ClusterId, settings.ServiceId));
    }

    silo.Services.AddSingleton<IFatalErrorHandler, FatalEnd>();
    silo.GuardConnections(settings.Tls);
    silo.Configure<ClusterMembershipOptions>(membership =>
    {
        (membership.ProbeTimeout, membership.NumMissedProbesLimit) = (TimeSpan.FromSeconds(settings.ProbeSeconds), 2);
        // Three that are missing take a silo's vote away, so that who is left alone can count the others as dead.
        membership.IAmAliveTablePublishTimeout = 2 * membership.ProbeTimeout;
        membership.DefunctSiloCleanupPeriod = TimeSpan.FromMinutes(10);
    });
    silo.AddMirroredGrains(grains =>
    {
        grains.Ledger = settings.Ledger;
        grains.Lanes = settings.ToCompute();
        grains.BeatInterval = TimeSpan.FromSeconds(settings.BeatSeconds);
    });
}
