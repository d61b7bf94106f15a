using MirroredInfluence.Engine;

namespace MirroredInfluence.Cli;

/// <summary>Passes progress on and remembers whether anything was scored.</summary>
internal sealed class PhaseWatch(IProgress<RunProgress> next) : IProgress<RunProgress>
{
    private volatile bool _hasScored;

    public bool HasScored => _hasScored;

    public void Report(RunProgress value)
    {
        if (value.Phase == RunPhase.Scoring)
            _hasScored = true;
        next.Report(value);
    }
}
