namespace MirroredInfluence.Grains;

/// <summary>Who hands out the shards of a run.</summary>
internal interface IShardSource
{
    /// <summary>The next shard; called on a lane's thread.</summary>
    /// <returns>Null when there is none now; one that is probably given soon; and whether there will be none.</returns>
    (Shard? Shard, int? Later, bool IsOver) Next(CancellationToken stop);

    /// <summary>Asks for this one, which a lane is about to score for another run.</summary>
    Task<bool> TryTakeAsync(int shardIndex, CancellationToken stop);
}
