using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MirroredInfluence.Engine;

namespace MirroredInfluence.Grains;

/// <inheritdoc cref="IShardGrain"/>
[OnSiloOfKey]
internal sealed partial class ShardGrain(SiloLanes silo, IOptions<GrainsOptions> options, ILogger<ShardGrain> logger) : Grain, IShardGrain, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private int _sessionCount;
    private LaneSession? _session;
    private Task _running = Task.CompletedTask;

    public Task PrepareAsync(RunOrder order, string? span) => BeginAsync(order, new Preparation(silo, span));

    public Task ScoreAsync(RunOrder order) => BeginAsync(order, preparation: null);

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(cancellationToken);
    }

    public void Dispose() => _stop.Dispose();

    private Task BeginAsync(RunOrder order, Preparation? preparation)
    {
        if (!_running.IsCompleted)
        {
            _session!.Priority = order.Priority;
            return Task.CompletedTask;
        }

        DelayDeactivation(Timeout.InfiniteTimeSpan);
        var run = GrainFactory.GetGrain<IRunGrain>(order.Directory);
        var session = _session = new LaneSession($"{this.GetPrimaryKeyString()}|{GrainContext.ActivationId}|{_sessionCount++}", order, preparation, silo, options.Value.BeatInterval, run.ExchangeAsync, logger);
        var stop = _stop.Token;
        _running = Task.Run(() => RunAsync(session, order.Directory, stop), CancellationToken.None);
        return Task.CompletedTask;
    }

    private async Task RunAsync(LaneSession session, string directory, CancellationToken stop)
    {
        RunFailure? failure = null;
        try
        {
            await session.RunAsync(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopped: what a lane was at is scored by another.
        }
        catch (Exception exception)
        {
            var caught = CaughtFailure.Of(exception);
            LogEnd(logger, directory, caught.Message, caught.Kind == FailureKind.Internal ? caught : null);
            failure = RunFailure.Of(caught);
        }

        try
        {
            using var patience = new CancellationTokenSource(options.Value.Silence);
            await session.LeaveAsync(failure, stop.IsCancellationRequested, patience.Token);
        }
        catch (Exception exception)
        {
            LogUnheard(logger, directory, exception.Message);
        }

        DeactivateOnIdle();
    }

    [LoggerMessage(LogLevel.Error, "{Directory}: this silo cannot go on with the run: {Reason}")]
    private static partial void LogEnd(ILogger logger, string directory, string reason, Exception? fault);

    [LoggerMessage(LogLevel.Warning, "{Directory}: the coordinator did not hear that a session has ended, and takes it for dead: {Reason}")]
    private static partial void LogUnheard(ILogger logger, string directory, string reason);
}
