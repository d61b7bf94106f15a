using Microsoft.Extensions.Diagnostics.HealthChecks;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Silo;

/// <summary>The ledger's store answers, and has taken something.</summary>
internal sealed class StoreHealth(IObjectStore ledger) : IHealthCheck
{
    private const string Probe = "ready";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            // A folder costs nothing to write to; a store that took something once is only looked at.
            if (ledger is LocalObjectStore || await ledger.TryGetVersionAsync(Probe, cancellationToken) is null)
                await WriteAsync(ledger, cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (MirroredException exception)
        {
            return HealthCheckResult.Unhealthy($"Silo:Ledger: {exception.Message}");
        }
    }

    /// <summary>Before a silo starts: what must be changed before the ledger can ever answer. One that only does not answer now, or cannot be written, is told of in a line, and left to <c>/ready</c>.</summary>
    /// <exception cref="MirroredException">Invalid: no such place, or no credential for it.</exception>
    public static async Task RefuseAsync(string address, Func<IObjectStore> open)
    {
        if (File.Exists(address))
            throw Failure.Invalid($"Silo:Ledger: '{address}' is a file; expected a folder.");
        using var patience = new CancellationTokenSource(s_patience);
        try
        {
            await WriteAsync(open(), patience.Token);
        }
        catch (MirroredException exception) when (exception.Kind == FailureKind.Invalid)
        {
            throw Failure.Invalid($"Silo:Ledger: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is MirroredException or OperationCanceledException)
        {
            var found = exception is MirroredException ? exception.Message : $"does not answer within {s_patience.TotalSeconds} s.";
            await Console.Error.WriteLineAsync($"silo: Silo:Ledger: {found} The silo starts; no run can be submitted until /ready is well.");
        }
    }

    private static Task WriteAsync(IObjectStore ledger, CancellationToken cancellationToken) => ledger.PutTransientAsync(Probe, _ => { }, cancellationToken);
}
