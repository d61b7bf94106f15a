using MirroredInfluence.Engine;

namespace MirroredInfluence.Cli;

/// <summary>A run's progress for programs: a line a second, and at the start and end of each phase.</summary>
internal sealed class RunProgressJson(Terminal terminal) : IProgress<RunProgress>
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private RunProgress? _written;
    private long _writtenAt;

    public void Report(RunProgress value)
    {
        lock (_lock)
        {
            var isEnd = value.DoneCount == value.TotalCount && _written?.DoneCount != value.DoneCount;
            var isDue = value.Phase != _written?.Phase || isEnd || value.Notice is not null || terminal.Time.GetElapsedTime(_writtenAt) >= Interval;
            if (!isDue)
                return;

            (_written, _writtenAt) = (value, terminal.Time.GetTimestamp());
            terminal.Output.WriteJsonLine(new
            {
                Event = "progress",
                value.Phase,
                value.DoneCount,
                value.TotalCount,
                value.Coverage,
                value.PerSecond,
                RemainingSeconds = value.Remaining?.TotalSeconds,
                value.UnscorableRowCount,
                value.Notice,
            });
        }
    }
}
