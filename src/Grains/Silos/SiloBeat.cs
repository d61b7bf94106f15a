using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MirroredInfluence.Engine;

namespace MirroredInfluence.Grains;

/// <summary>Tells the cluster that this silo has lanes, if it has, for as long as it lives.</summary>
internal sealed partial class SiloBeat(IGrainFactory grains, ILocalSiloDetails self, IOptions<GrainsOptions> options, TimeProvider time, ILogger<SiloBeat> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var laneCount = options.Value.Lanes is { } lanes ? DeviceModels.CountLanes(lanes) : 0;
        LogJoined(logger, self.SiloAddress.Endpoint, self.ClusterId, self.GatewayAddress?.Endpoint, laneCount, options.Value.Lanes?.Device ?? "any device");
        if (laneCount == 0)
            return;

        GrainsTelemetry.LanesAdded(laneCount);
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

    [LoggerMessage(LogLevel.Information, "Silo {Silo} has joined cluster {Cluster}: gateway {Gateway}, {LaneCount} lanes on {Device}.")]
    private static partial void LogJoined(ILogger logger, System.Net.IPEndPoint silo, string cluster, System.Net.IPEndPoint? gateway, int laneCount, string device);
}
