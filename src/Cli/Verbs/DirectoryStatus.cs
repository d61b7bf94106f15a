using System.Collections.Immutable;
using System.Text.Json.Nodes;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Cli;

/// <summary>How far a run is. Lists parts and reads none: large runs cost little more than small ones.</summary>
internal sealed record DirectoryStatus
{
    public required string Run { get; init; }

    public required string Model { get; init; }

    public required int ShardCount { get; init; }

    public required int ScoredShardCount { get; init; }

    public required long RowCount { get; init; }

    /// <summary>Rows of the scored shards, unscorable ones included.</summary>
    public required long DoneRowCount { get; init; }

    public required bool HasResult { get; init; }

    /// <summary>Files and rows of shards that killed their workers and were set aside.</summary>
    public required ImmutableArray<PoisonedShard> Poisoned { get; init; }

    /// <summary>The latest session of every worker; empty for a run of one engine.</summary>
    public required ImmutableArray<WorkerStatus> Workers { get; init; }

    /// <summary>What result.json would hold of the shards that are scored by now; null unless asked for, and before the first.</summary>
    public JsonNode? Result { get; init; }

    /// <summary>Of the workers seen lately, together.</summary>
    public double RowsPerSecond => Workers.Where(worker => worker.IsSeenLately).Sum(worker => worker.RowsPerSecond);

    /// <summary>Null while nobody scores.</summary>
    public double? RemainingSeconds => RowsPerSecond > 0 ? (RowCount - DoneRowCount) / RowsPerSecond : null;

    public double Coverage => RowCount == 0 ? 0 : (double)DoneRowCount / RowCount;

    /// <summary>Parts that the result was made of have gone.</summary>
    public bool IsStale => HasResult && ScoredShardCount + Poisoned.Length < ShardCount;

    /// <summary>All that is left was set aside.</summary>
    public bool IsPoisoned => !HasResult && !Poisoned.IsEmpty && ScoredShardCount + Poisoned.Length == ShardCount;

    public bool IsScored => ShardCount > 0 && ScoredShardCount == ShardCount;

    public static async Task<DirectoryStatus> ReadAsync(RunDirectory directory, IObjectStore store, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var manifest = directory.Manifest;
        var plan = await directory.TryGetPlanAsync(cancellationToken);
        var shards = plan?.Shards ?? [];
        var workers = await new WorkerLog(store).ReadAsync(cancellationToken);
        var scored = new HashSet<int>();
        await foreach (var shardIndex in directory.ListPartsAsync(cancellationToken))
            scored.Add(shardIndex);

        return new DirectoryStatus
        {
            Run = manifest.Run,
            Model = manifest.Spec.Model.Uri,
            ShardCount = shards.Length,
            ScoredShardCount = scored.Count,
            RowCount = manifest.Inputs.Train.Sum(file => file.RowCount),
            DoneRowCount = shards.Where(shard => scored.Contains(shard.ShardIndex)).Sum(shard => (long)shard.RowCount),
            HasResult = await directory.HasResultAsync(cancellationToken),
            Poisoned = plan is null ? [] : [.. await directory.ReadPoisonedAsync(plan, cancellationToken)],
            Workers = [.. workers.GroupBy(record => record.WorkerIndex).Select(sessions => WorkerStatus.Of(sessions.Last(), now))],
        };
    }
}
