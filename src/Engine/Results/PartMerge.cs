using System.Collections.Immutable;

namespace MirroredInfluence.Engine;

/// <summary>Parts merged into one answer, the same in any order and however they were merged before.</summary>
internal sealed class PartMerge(ImmutableArray<string> queries, ScoreSpec score)
{
    /// <summary>Shape [query].</summary>
    public ImmutableArray<QueryReduction> Reductions { get; } = [.. queries.Select(_ => new QueryReduction(score.TopK, score.Rank))];

    public UnscorableRows Unscorable { get; } = new();

    public long RowCount { get; private set; }

    public long ScoredRowCount { get; private set; }

    /// <exception cref="MirroredException">Data: it answers other queries.</exception>
    public void Add(ShardPart part)
    {
        if (!part.Queries.SequenceEqual(queries))
            throw Failure.Data($"part {part.ShardIndex} answers other queries than the test files ask; the test files have changed since the run began.");

        for (var query = 0; query < Reductions.Length; query++)
            Reductions[query].Merge(part.Reductions[query]);
        Unscorable.Merge(part.Unscorable);
        RowCount += part.RowCount;
        ScoredRowCount += part.ScoredRowCount;
    }

    /// <summary>Counts the rows of a shard that was set aside.</summary>
    public void AddPoisoned(Shard shard)
    {
        Unscorable.AddCount(UnscorableReason.PoisonedShard, shard.RowCount);
        Unscorable.AddToSample(new UnscorableRow(shard.FileRowOffset + shard.RowStart, UnscorableReason.PoisonedShard, RowValue.Null));
        RowCount += shard.RowCount;
    }

    /// <summary>As if of one shard.</summary>
    public ShardPart ToPart() => new() { ShardIndex = 0, RowCount = checked((int)RowCount), Queries = queries, Reductions = Reductions, Unscorable = Unscorable };
}
