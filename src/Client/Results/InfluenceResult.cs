using System.Collections.Immutable;

namespace MirroredInfluence.Client;

/// <summary>What a run found: its result.json (docs/formats/result.md).</summary>
public sealed record InfluenceResult
{
    /// <summary>The run's id, 32 hex digits.</summary>
    public required string Run { get; init; }

    /// <summary><c>forward-inf</c> or <c>skew</c>.</summary>
    public required string Estimator { get; init; }

    public required RankOrder Rank { get; init; }

    /// <summary>In the order of the test rows.</summary>
    public required ImmutableArray<QueryInfluence> Queries { get; init; }

    /// <summary>Rows of all training files: those with an influence and those that are unscorable.</summary>
    public required long ExpectedRows { get; init; }

    public required long ScoredRows { get; init; }

    /// <summary>Rows without an influence, by reason; only reasons that occur.</summary>
    public required ImmutableSortedDictionary<UnscorableReason, long> UnscorableRows { get; init; }

    /// <summary>The bytes of result.json.</summary>
    public required ReadOnlyMemory<byte> Json { get; init; }

    /// <summary>Reads a result. Fields that later versions add are passed over.</summary>
    /// <param name="json">Bytes of result.json; the result keeps them.</param>
    /// <param name="source">What messages call it.</param>
    /// <exception cref="MirroredException">Data: it is no result, or its rows do not add up.</exception>
    public static InfluenceResult Parse(ReadOnlyMemory<byte> json, string source) => ResultReader.Read(json, source);
}
