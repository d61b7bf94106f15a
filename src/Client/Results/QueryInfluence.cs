using System.Collections.Immutable;

namespace MirroredInfluence.Client;

/// <summary>What a run found for one query.</summary>
public sealed record QueryInfluence
{
    /// <summary>Unique in the run.</summary>
    public required string Name { get; init; }

    /// <summary>Best first; as many as <c>score.topK</c>, or all scored rows when there are fewer.</summary>
    public required ImmutableArray<InfluentialRow> Top { get; init; }

    /// <summary>Of influence over the query's scored rows.</summary>
    public required double Mean { get; init; }

    /// <summary>Of influence over the query's scored rows, population.</summary>
    public required double Deviation { get; init; }

    /// <summary>Largest mean influence first, then by name; empty without <c>train.group</c>.</summary>
    public required ImmutableArray<GroupInfluence> Groups { get; init; }
}
