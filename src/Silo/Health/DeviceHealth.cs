using Microsoft.Extensions.Diagnostics.HealthChecks;
using MirroredInfluence.Torch;

namespace MirroredInfluence.Silo;

/// <summary>libtorch is there and sees the silo's device.</summary>
internal sealed class DeviceHealth(SiloSettings settings) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var device = settings.ToCompute()?.Device ?? "cpu";
            var devices = TorchRuntime.Describe().Devices;
            return Task.FromResult(devices.Any(found => found.StartsWith(device, StringComparison.Ordinal))
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy($"Silo:Compute:Device: '{device}' is none of {string.Join(", ", devices)}."));
        }
        catch (MirroredException exception)
        {
            return Task.FromResult(HealthCheckResult.Unhealthy(exception.Message));
        }
    }
}
