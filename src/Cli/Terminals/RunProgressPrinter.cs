using MirroredInfluence.Engine;

namespace MirroredInfluence.Cli;

/// <summary>A run's progress for people, on the error stream.</summary>
internal sealed class RunProgressPrinter(Terminal terminal) : IProgress<RunProgress>
{
    private readonly Lock _lock = new();
    private readonly ProgressLine _line = new(terminal);
    private RunPhase? _phase;
    private long _phaseStartedAt;
    private bool _isPhaseClosed;

    /// <summary>Reports come from many threads.</summary>
    public void Report(RunProgress value)
    {
        lock (_lock)
        {
            if (value.Phase != _phase)
                (_phase, _phaseStartedAt, _isPhaseClosed) = (value.Phase, terminal.Time.GetTimestamp(), false);
            if (value.Notice is { } notice)
                terminal.Say($"note: {notice}");
            else if (value.DoneCount < value.TotalCount)
                _line.Update(() => Describe(value));
            else if (!_isPhaseClosed)
                ClosePhase(value);
        }
    }

    /// <summary>Phases that are over at once are not worth a line.</summary>
    private void ClosePhase(RunProgress value)
    {
        _isPhaseClosed = true;
        var seconds = terminal.Time.GetElapsedTime(_phaseStartedAt).TotalSeconds;
        if (value.Phase is RunPhase.Ascending or RunPhase.Scoring || seconds > 2)
            terminal.Say($"{NameOf(value.Phase)}: {Amount(value.TotalCount, value.Phase)} in {Quantity.Duration(seconds)}{Unscorable(value)}");
        else
            terminal.WipeLine();
    }

    private static string Describe(RunProgress value)
    {
        var text = $"{NameOf(value.Phase)}: {value.Coverage,6:P1}  {value.DoneCount:N0} of {Amount(value.TotalCount, value.Phase)}";
        if (value.PerSecond > 0)
            text += value.PerSecond < 10 ? $"  {value.PerSecond:F1}/s" : $"  {value.PerSecond:N0}/s";
        if (value.Remaining is { } remaining)
            text += $"  {Quantity.Duration(remaining.TotalSeconds)} left";
        return text + Unscorable(value);
    }

    private static string NameOf(RunPhase phase) => phase.ToString().ToLowerInvariant();

    private static string Amount(long count, RunPhase phase) => phase switch
    {
        RunPhase.Planning => Counted.Of(count, "file"),
        RunPhase.Ascending => Counted.Of(count, "query"),
        RunPhase.Scoring => Counted.Of(count, "row"),
        _ => Counted.Of(count, "shard"),
    };

    private static string Unscorable(RunProgress value) => value.UnscorableRowCount > 0 ? $"  {value.UnscorableRowCount:N0} unscorable" : "";
}
