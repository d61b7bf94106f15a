namespace MirroredInfluence.Grains;

/// <summary>What a silo says to the coordinator of a run for one of its lanes.</summary>
[GenerateSerializer]
[Alias("MirroredInfluence.LaneReport")]
public sealed record LaneReport
{
    /// <summary>Key of the silo's shard grain, and which of its lives: <c>silo|run directory|number</c>.</summary>
    [Id(0)]
    public required string Session { get; init; }

    /// <summary>Shards whose parts are committed and not reported yet.</summary>
    [Id(1)]
    public required int[] Done { get; init; }

    /// <summary>Shards that the silo's lanes score, or are about to commit.</summary>
    [Id(2)]
    public required int[] InHand { get; init; }

    /// <summary>Rows of <see cref="Done"/> that could not be scored.</summary>
    [Id(3)]
    public required long UnscorableRowCount { get; init; }

    /// <summary>False only to give a sign of life.</summary>
    [Id(4)]
    public required bool WantsShard { get; init; }

    /// <summary>The run is planned and ascended, as far as this session has to do with it.</summary>
    [Id(10)]
    public required bool IsPrepared { get; init; }

    /// <summary>How far the session is with that, if it was asked to do it.</summary>
    [Id(11)]
    public PhaseReport? Preparation { get; init; }

    /// <summary>The only shard that is wanted: it is about to be scored for another run. Null: any.</summary>
    [Id(7)]
    public int? WantedShard { get; init; }

    /// <summary>The last report of its session: what it has in hand is free for others.</summary>
    [Id(6)]
    public bool IsLeaving { get; init; }

    /// <summary>With the last report: the silo stops, and shall be asked no more.</summary>
    [Id(12)]
    public bool IsStopping { get; init; }

    /// <summary>With the last report: shards of the session that nobody else had done, whose parts are merged in <see cref="Merged"/>; null where the parts are only in the run directory.</summary>
    [Id(8)]
    public int[]? MergedShards { get; init; }

    /// <summary>A file as of <c>RunDirectory.Pack</c>.</summary>
    [Id(9)]
    public byte[]? Merged { get; init; }

    /// <summary>Why the silo cannot go on with the run, or null.</summary>
    [Id(5)]
    public RunFailure? Failure { get; init; }
}
