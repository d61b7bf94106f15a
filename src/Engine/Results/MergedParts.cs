namespace MirroredInfluence.Engine;

/// <summary>Parts of some shards, merged where they were made: whoever has them does not read those from the run directory.</summary>
/// <param name="ShardIndexes">No other has any of them.</param>
internal sealed record MergedParts(IReadOnlyCollection<int> ShardIndexes, ShardPart Part);
