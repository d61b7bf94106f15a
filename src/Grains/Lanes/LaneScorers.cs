using MirroredInfluence.Engine;

namespace MirroredInfluence.Grains;

/// <summary>What each lane of a silo has for a scan, from its first shard on.</summary>
/// <param name="run">Any run of the scan.</param>
internal sealed class LaneScorers(PlannedRun run, DeviceModels models) : IDisposable
{
    private readonly (LaneSet Lanes, ShardScorer Scorer)?[] _byLane = new (LaneSet, ShardScorer)?[models.LaneCount];

    /// <summary>Called on the lane's thread.</summary>
    public ShardScorer Of(int laneIndex) => (_byLane[laneIndex] ??= Create(laneIndex)).Scorer;

    public void Dispose()
    {
        foreach (var lane in _byLane)
            lane?.Lanes.Dispose();
    }

    private (LaneSet, ShardScorer) Create(int laneIndex)
    {
        var lanes = new LaneSet(models.OfLane(laneIndex), run.Spec.Compute.ThreadsPerLane);
        return (lanes, new ShardScorer(run, lanes));
    }
}
