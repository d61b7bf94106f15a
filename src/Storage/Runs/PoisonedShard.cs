namespace MirroredInfluence.Storage;

/// <summary>A shard that was set aside: <c>poisoned/&lt;shard&gt;.json</c>, put once.</summary>
/// <param name="Uri">Its file.</param>
/// <param name="RowStart">First row, 0-based within the file.</param>
/// <param name="Workers">Those it killed, such as <c>3-0</c>: worker 3 in its session 0.</param>
public sealed record PoisonedShard(int ShardIndex, string Uri, long RowStart, int RowCount, IReadOnlyList<string> Workers);
