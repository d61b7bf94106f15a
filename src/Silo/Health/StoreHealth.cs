using Microsoft.Extensions.Diagnostics.HealthChecks;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Silo;

/// <summary>The ledger's store answers, and has taken something.</summary>
internal sealed class StoreHealth(IObjectStore ledger) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            if (await ledger.TryGetVersionAsync("ready", cancellationToken) is null)
                await ledger.PutTransientAsync("ready", _ => { }, cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (MirroredException exception)
        {
            return HealthCheckResult.Unhealthy($"Silo:Ledger: {exception.Message}");
        }
    }
}
