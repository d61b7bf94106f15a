using System.Collections.Immutable;

namespace MirroredInfluence.Storage;

/// <summary>What a session of a cluster's silo was scoring when it was written: <c>hands/&lt;session&gt;.json</c>.</summary>
public sealed record ShardsInHand(string Session, ImmutableArray<int> Shards);
