using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using MirroredInfluence.Storage;
using Orleans.Configuration;
using Orleans.Placement;
using Orleans.Runtime.MembershipService.SiloMetadata;

namespace MirroredInfluence.Grains;

/// <summary>Adds the grains to a silo, and the store of their ledger, an <see cref="IObjectStore"/>.</summary>
public static class GrainsHosting
{
    public static ISiloBuilder AddMirroredGrains(this ISiloBuilder silo, Action<GrainsOptions> configure)
    {
        var options = new GrainsOptions();
        configure(options);
        silo.Services.AddSingleton(Options.Create(options));
        silo.Services.TryAddSingleton(TimeProvider.System);
        silo.Services.AddSingleton(services => new SiloLanes(
            options.Lanes ?? new ComputeSpec(), options.BeatInterval / 10, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<IObjectPeers>()));
        silo.Services.AddSingleton(services => ObjectStores.Open(
            ObjectUri.Parse(options.Ledger), services.GetRequiredService<SiloLanes>().Cache, services.GetRequiredService<TimeProvider>()));
        silo.Services.AddSingleton<SiloPeers>().AddSingleton<IObjectPeers>(services => services.GetRequiredService<SiloPeers>());
        silo.Services.AddSingleton<RunLedger>();
        silo.Services.AddPlacementDirector<SiloOfKey, SiloOfKey.Director>();
        silo.Services.AddPlacementFilter<WithoutLanesFirst, WithoutLanesFirst.Director>(ServiceLifetime.Singleton);
        silo.UseSiloMetadata(WithoutLanesFirst.Metadata(options.Lanes is not null));
        silo.Services.AddHostedService<SiloBeat>();
#pragma warning disable ORLEANSEXP003   // decision 0110
        silo.AddDistributedGrainDirectory();
#pragma warning restore ORLEANSEXP003
        silo.Configure<GrainDirectoryOptions>(directory => directory.RangeLeaseDuration = TimeSpan.Zero);
        return silo;
    }

    /// <summary>How many lanes a silo has that computes so.</summary>
    /// <exception cref="MirroredException">Invalid: this machine has no such device.</exception>
    public static int CountLanes(ComputeSpec lanes) => Engine.DeviceModels.CountLanes(lanes);
}
