using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MirroredInfluence.Report;
using MirroredInfluence.Storage;
using Orleans.Concurrency;

namespace MirroredInfluence.Grains;

/// <inheritdoc cref="IRunsGrain"/>
[Reentrant]
internal sealed partial class RunsGrain(RunLedger ledger, SiloLanes silo, IOptions<GrainsOptions> options, TimeProvider time, ILogger<RunsGrain> logger) : Grain, IRunsGrain
{
    private readonly Dictionary<string, long> _silos = new(StringComparer.Ordinal);           // by address: when heard
    private readonly HashSet<string> _runs = new(StringComparer.Ordinal);                     // that may not have ended
    private bool _isLedgerRead;
    private bool _isUnreadTold;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        this.RegisterGrainTimer(WakeRunsAsync, TimeSpan.Zero, 2 * options.Value.BeatInterval);
        return Task.CompletedTask;
    }

    public async Task SubmitAsync(RunOrder order)
    {
        var spec = Refuse(order);
        var run = GrainFactory.GetGrain<IRunGrain>(order.Directory);
        var entry = await ledger.TryGetAsync(order.Directory, CancellationToken.None);
        if (entry is { End: null } || (entry is { End: RunState.Finished } && await RunDirectory.TryOpenAsync(silo.OpenStore(order.Directory), CancellationToken.None) is not null))
            OtherSpec.Refuse(order.Directory, RunSpecReader.Read(entry.Order.Spec, order.Directory), spec);
        if (entry is not { End: null })
            await ledger.PutAsync(new LedgerEntry { Order = order, SubmittedAt = time.GetUtcNow() }, CancellationToken.None);
        else if (!order.KeepsPriority)
            await run.SetPriorityAsync(order.Priority);

        _runs.Add(order.Directory);
        await run.WakeAsync();
    }

    public async Task<RunReport[]> ListAsync()
    {
        var entries = await ledger.ListAsync(CancellationToken.None);
        var reports = await Task.WhenAll(entries.Select(entry => GrainFactory.GetGrain<IRunGrain>(entry.Order.Directory).ReportAsync()));
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

    /// <summary>The ledger holds no secret, other silos have other current directories, and a run has a folder of its own.</summary>
    private RunSpec Refuse(RunOrder order)
    {
        RunGrain.RefusePriority(order.Priority);

        var spec = RunSpecReader.Read(order.Spec, order.Directory);
        foreach (var address in (string[])[order.Directory, spec.Model.Uri, .. spec.Train.Shards, .. spec.Test.Shards])
        {
            var uri = ObjectUri.Parse(address);
            if (uri.HasQuery)
                throw Failure.Invalid($"{uri.Text}: found an address with a signature; expected one without, since a cluster keeps what it is asked for. Give its silos a credential of their own.");
            if (!uri.IsRemote && !Path.IsPathFullyQualified(address))
                throw Failure.Invalid($"{address}: found a path that depends on the current directory; expected a full one, the same for all silos, or an address in a store.");
        }

        OutFolder.Check(ObjectUri.Parse(order.Directory), "the run's directory");
        silo.OpenStore(order.Directory);
        return spec;
    }

    /// <summary>A run whose coordinator's silo died goes on.</summary>
    private async Task WakeRunsAsync(CancellationToken cancellationToken)
    {
        await ReadLedgerAsync(cancellationToken);
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

    /// <summary>Silos are heard, and say why they cannot list runs, also while the ledger cannot be read.</summary>
    private async Task ReadLedgerAsync(CancellationToken cancellationToken)
    {
        if (_isLedgerRead)
            return;
        try
        {
            foreach (var entry in await ledger.ListAsync(cancellationToken))
            {
                if (entry.End is null)
                    _runs.Add(entry.Order.Directory);
            }

            _isLedgerRead = true;
        }
        catch (MirroredException exception)
        {
            if (!_isUnreadTold)
                LogNotRead(logger, exception.Message);
            _isUnreadTold = true;
        }
    }

    [LoggerMessage(LogLevel.Warning, "The ledger cannot be read now; tried again until it can: {Reason}")]
    private static partial void LogNotRead(ILogger logger, string reason);

    [LoggerMessage(LogLevel.Warning, "{Directory}: its coordinator cannot be woken now; tried again soon.")]
    private static partial void LogNotWoken(ILogger logger, string directory, Exception exception);
}
