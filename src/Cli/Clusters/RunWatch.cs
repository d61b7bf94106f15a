using MirroredInfluence.Client;
using MirroredInfluence.Engine;

namespace MirroredInfluence.Cli;

/// <summary>Shows a cluster's run until it has ended, as a run on this machine is shown.</summary>
internal static class RunWatch
{
    /// <exception cref="MirroredException">What the run failed with; Invalid: it was cancelled.</exception>
    public static async Task ToEndAsync(IRun run, Terminal terminal, bool isJson, CancellationToken cancellationToken)
    {
        IProgress<RunProgress> progress = isJson ? new RunProgressJson(terminal) : new RunProgressPrinter(terminal);
        RunStatus? last = null;
        await foreach (var status in run.WatchAsync(cancellationToken))
        {
            var isNewlyPaused = status.Priority == 0 && last?.Priority != 0;
            last = status;
            if (PhaseOf(status.State) is { } phase)
                progress.Report(ProgressOf(status, phase) with { Notice = isNewlyPaused ? "paused: its priority is 0. Submitted again with another, it goes on." : null });
        }

        terminal.WipeLine();
        if (last!.Failure is { } failure)
            throw new MirroredException(failure.Kind, failure.Message, failure);
        if (last.State == RunState.Cancelled)
            throw Failure.Invalid($"{run.Directory}: the run was cancelled; `mirrored submit` goes on with it.");
        if (isJson)
            terminal.Output.WriteJsonLine(new { Event = "result", run.Directory, RowCount = last.TotalCount, UnscorableRows = last.UnscorableRowCount });
        else
            terminal.Say($"the run is finished: {Counted.Of(last.TotalCount, "row")}{(last.UnscorableRowCount > 0 ? $", {last.UnscorableRowCount:N0} of them unscorable (report.html says which and why)" : "")}; its results are in {run.Directory}");
    }

    private static RunPhase? PhaseOf(RunState state) => state switch
    {
        RunState.Planning => RunPhase.Planning,
        RunState.Ascending => RunPhase.Ascending,
        RunState.Scoring => RunPhase.Scoring,
        RunState.Reducing => RunPhase.Reducing,
        _ => null,
    };

    private static RunProgress ProgressOf(RunStatus status, RunPhase phase) => new()
    {
        Phase = phase,
        DoneCount = status.DoneCount,
        TotalCount = status.TotalCount,
        PerSecond = status.PerSecond,
        Remaining = status.PerSecond > 0 ? TimeSpan.FromSeconds((status.TotalCount - status.DoneCount) / status.PerSecond) : null,
        UnscorableRowCount = status.UnscorableRowCount,
    };
}
