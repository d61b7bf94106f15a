namespace MirroredInfluence.Grains;

/// <summary>
/// A silo's share of a run: scores shards on the lanes of the silo that its key names, <c>silo|run directory</c>, and lives there. Asks the coordinator for a shard
/// whenever a lane is free, so that nothing queues but in the coordinator.
/// </summary>
[Alias("MirroredInfluence.IShardGrain")]
public interface IShardGrain : IGrainWithStringKey
{
    /// <summary>Begins to score, unless it does; returns at once. The session ends when the coordinator says that there are no more shards.</summary>
    [Alias("Score")]
    Task ScoreAsync(RunOrder order);
}
