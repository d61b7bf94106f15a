using Microsoft.Extensions.Diagnostics.HealthChecks;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Silo;

/// <summary>The ledger's store answers.</summary>
internal sealed class StoreHealth(SiloSettings settings, TimeProvider time) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var cache = new ObjectCache(folder: null, bytesMax: 0, time);
            await ObjectStores.Open(ObjectUri.Parse(settings.Ledger), cache, time).TryGetVersionAsync("ready", cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (MirroredException exception)
        {
            return HealthCheckResult.Unhealthy(exception.Message);
        }
    }
}
