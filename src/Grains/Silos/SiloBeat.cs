using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using MirroredInfluence.Engine;

namespace MirroredInfluence.Grains;

/// <summary>Tells the cluster that this silo has lanes, if it has, for as long as it lives.</summary>
internal sealed class SiloBeat(IGrainFactory grains, ILocalSiloDetails self, IOptions<GrainsOptions> options, TimeProvider time) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.Lanes is not { } lanes)
            return;

        GrainsTelemetry.LanesAdded(DeviceModels.CountLanes(lanes));
        using var timer = new PeriodicTimer(options.Value.BeatInterval, time);
        do
        {
            try
            {
                await grains.GetGrain<IRunsGrain>(0).BeatAsync(self.SiloAddress.ToParsableString()).WaitAsync(stoppingToken);
            }
            catch (Exception) when (!stoppingToken.IsCancellationRequested)
            {
                // The cluster is forming, or its silo died: the next beat is heard elsewhere.
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
    }
}
