using Microsoft.Extensions.Diagnostics.HealthChecks;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Silo;

/// <summary>The ledger's store answers, and has taken something.</summary>
internal sealed class StoreHealth(IObjectStore ledger) : IHealthCheck
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await LookAsync(ledger, cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (MirroredException exception)
        {
            return HealthCheckResult.Unhealthy($"Silo:Ledger: {exception.Message}");
        }
    }

    /// <summary>Before a silo starts: what must be changed before the ledger can ever answer. A store that only does not answer now is left to <c>/ready</c>.</summary>
    /// <exception cref="MirroredException">Invalid: no such place, or no credential for it.</exception>
    public static async Task RefuseAsync(string address, Func<IObjectStore> open)
    {
        if (File.Exists(address))
            throw Failure.Invalid($"Silo:Ledger: '{address}' is a file; expected a folder.");
        using var patience = new CancellationTokenSource(s_patience);
        try
        {
            await LookAsync(open(), patience.Token);
        }
        catch (MirroredException exception) when (exception.Kind == FailureKind.Invalid)
        {
            throw Failure.Invalid($"Silo:Ledger: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is MirroredException or OperationCanceledException)
        {
            // It may answer later.
        }
    }

    private static async Task LookAsync(IObjectStore ledger, CancellationToken cancellationToken)
    {
        if (await ledger.TryGetVersionAsync("ready", cancellationToken) is null)
            await ledger.PutTransientAsync("ready", _ => { }, cancellationToken);
    }
}
