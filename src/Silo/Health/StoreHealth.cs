using Microsoft.Extensions.Diagnostics.HealthChecks;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Silo;

/// <summary>The ledger's store answers.</summary>
internal sealed class StoreHealth(IObjectStore ledger) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await ledger.TryGetVersionAsync("ready", cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (MirroredException exception)
        {
            return HealthCheckResult.Unhealthy(exception.Message);
        }
    }
}
