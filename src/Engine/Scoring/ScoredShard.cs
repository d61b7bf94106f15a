using MirroredInfluence.Storage;

namespace MirroredInfluence.Engine;

/// <summary>What scoring a shard gives.</summary>
/// <param name="Part">Its answer to every query.</param>
/// <param name="BaseLosses">ℓ(z; θ̂), shape [draws, rows]; NaN where a row cannot be read.</param>
/// <param name="HasNewBaseLosses">They were computed here, not known before.</param>
/// <param name="Losses">All its losses, where the spec asks to save them.</param>
internal sealed record ScoredShard(Shard Shard, ShardPart Part, float[] BaseLosses, bool HasNewBaseLosses, ShardLosses? Losses);
