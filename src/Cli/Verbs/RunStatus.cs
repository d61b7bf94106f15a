using MirroredInfluence.Storage;

namespace MirroredInfluence.Cli;

/// <summary>How far a run is. Lists parts and reads none, so it costs the same for large runs.</summary>
internal sealed record RunStatus
{
    public required string Run { get; init; }

    public required string Model { get; init; }

    public required int ShardCount { get; init; }

    public required int ScoredShardCount { get; init; }

    public required long RowCount { get; init; }

    /// <summary>Rows of the scored shards, unscorable ones included.</summary>
    public required long DoneRowCount { get; init; }

    public required bool HasResult { get; init; }

    public double Coverage => RowCount == 0 ? 0 : (double)DoneRowCount / RowCount;

    public bool IsScored => ShardCount > 0 && ScoredShardCount == ShardCount;

    public static async Task<RunStatus> ReadAsync(RunDirectory directory, CancellationToken cancellationToken)
    {
        var manifest = directory.Manifest;
        var shards = (await directory.TryGetPlanAsync(cancellationToken))?.Shards ?? [];
        var scored = new HashSet<int>();
        await foreach (var shardIndex in directory.ListPartsAsync(cancellationToken))
            scored.Add(shardIndex);

        return new RunStatus
        {
            Run = manifest.Run,
            Model = manifest.Spec.Model.Uri,
            ShardCount = shards.Length,
            ScoredShardCount = scored.Count,
            RowCount = manifest.Inputs.Train.Sum(file => file.RowCount),
            DoneRowCount = shards.Where(shard => scored.Contains(shard.ShardIndex)).Sum(shard => (long)shard.RowCount),
            HasResult = await directory.HasResultAsync(RunDirectory.ResultName, cancellationToken),
        };
    }
}
