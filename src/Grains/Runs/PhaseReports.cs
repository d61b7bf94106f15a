using MirroredInfluence.Engine;

namespace MirroredInfluence.Grains;

internal static class PhaseReports
{
    public static PhaseReport Of(RunProgress progress) => new()
    {
        State = progress.State,
        DoneCount = progress.DoneCount,
        TotalCount = progress.TotalCount,
        PerSecond = progress.PerSecond,
    };
}
