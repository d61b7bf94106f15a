namespace MirroredInfluence.Grains;

/// <summary>What the coordinator of a run answers a lane.</summary>
[GenerateSerializer]
[Alias("MirroredInfluence.ShardOrder")]
public readonly record struct ShardOrder
{
    /// <summary>The shard to score, or −1 for none.</summary>
    [Id(0)]
    public required int ShardIndex { get; init; }

    /// <summary>With a shard: one that this silo will probably be given soon, so that it can read ahead; null: not known.</summary>
    [Id(3)]
    public int? LaterShard { get; init; }

    /// <summary>There will be no more.</summary>
    [Id(1)]
    public required bool IsOver { get; init; }

    /// <summary>Of the shards that were reported done, those that were done before, or may have been; null for none.</summary>
    [Id(2)]
    public int[]? Repeated { get; init; }
}
