using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MirroredInfluence.Storage;
using Orleans.Concurrency;

namespace MirroredInfluence.Grains;

/// <inheritdoc cref="IRunsGrain"/>
[Reentrant]
internal sealed partial class RunsGrain(RunLedger ledger, IOptions<GrainsOptions> options, TimeProvider time, ILogger<RunsGrain> logger) : Grain, IRunsGrain
{
    private readonly Dictionary<string, long> _silos = new(StringComparer.Ordinal);           // by address: when heard
    private readonly HashSet<string> _runs = new(StringComparer.Ordinal);                     // that may not have ended

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        foreach (var entry in await ledger.ListAsync(cancellationToken))
        {
            if (entry.End is null)
                _runs.Add(entry.Directory);
        }

        this.RegisterGrainTimer(WakeRunsAsync, TimeSpan.Zero, 2 * options.Value.BeatInterval);
    }

    public async Task SubmitAsync(RunOrder order)
    {
        ObjectUri.Parse(order.Directory);
        if (await ledger.TryGetAsync(order.Directory, CancellationToken.None) is not { End: null })
            await ledger.PutAsync(LedgerEntry.Of(order, time.GetUtcNow()), CancellationToken.None);
        _runs.Add(order.Directory);
        await GrainFactory.GetGrain<IRunGrain>(order.Directory).WakeAsync();
    }

    public async Task<RunReport[]> ListAsync()
    {
        var entries = await ledger.ListAsync(CancellationToken.None);
        var reports = await Task.WhenAll(entries.Select(entry => GrainFactory.GetGrain<IRunGrain>(entry.Directory).ReportAsync()));
        return [.. reports.OrderByDescending(report => report.SubmittedAt)];
    }

    public Task BeatAsync(string silo)
    {
        _silos[silo] = time.GetTimestamp();
        return Task.CompletedTask;
    }

    public Task<string[]> SilosAsync()
    {
        foreach (var (silo, _) in _silos.Where(pair => time.GetElapsedTime(pair.Value) > options.Value.Silence).ToArray())
            _silos.Remove(silo);
        return Task.FromResult(_silos.Keys.ToArray());
    }

    /// <summary>A run whose coordinator's silo died goes on.</summary>
    private async Task WakeRunsAsync(CancellationToken cancellationToken)
    {
        foreach (var run in _runs.ToArray())
        {
            try
            {
                if (!await GrainFactory.GetGrain<IRunGrain>(run).WakeAsync())
                    _runs.Remove(run);
            }
            catch (Exception exception)
            {
                LogNotWoken(logger, run, exception);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Directory}: its coordinator cannot be woken now; tried again soon.")]
    private static partial void LogNotWoken(ILogger logger, string directory, Exception exception);
}
