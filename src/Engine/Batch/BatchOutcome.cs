namespace MirroredInfluence.Engine;

/// <summary>What a worker did for a run that is finished.</summary>
/// <param name="ShardCount">Shards that it scored.</param>
/// <param name="RowCount">Their rows.</param>
/// <param name="RunRowCount">Rows of the whole run.</param>
public sealed record BatchOutcome(string Run, int ShardCount, long RowCount, long RunRowCount);
