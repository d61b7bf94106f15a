namespace MirroredInfluence.Grains;

/// <summary>
/// A silo's share of a run: scores shards on the lanes of the silo that its key names, <c>silo|run directory</c>, and lives there. Asks the coordinator for a shard
/// whenever a lane is free, so that nothing queues but in the coordinator.
/// </summary>
[Alias("MirroredInfluence.IShardGrain")]
public interface IShardGrain : IGrainWithStringKey
{
    /// <summary>Plans the run and ascends its queries, and then begins to score; if it is at it already, nothing. Returns at once.</summary>
    /// <param name="span">Of the run, as of W3C Trace Context, which this is a part of; null: it is not traced.</param>
    [Alias("Prepare")]
    Task PrepareAsync(RunOrder order, string? span);

    /// <summary>Begins to score a run that is prepared, unless it does; returns at once. The session ends when the coordinator says that there are no more shards.</summary>
    [Alias("Score")]
    Task ScoreAsync(RunOrder order);
}
