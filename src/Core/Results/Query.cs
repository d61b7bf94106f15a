using System.Collections.Immutable;

namespace MirroredInfluence;

/// <summary>Test rows that are ascended together.</summary>
public sealed record Query
{
    /// <summary>Unique in the run; names the weight set.</summary>
    public required string Name { get; init; }

    /// <summary>In file order, then row.</summary>
    public required ImmutableArray<TestRow> Rows { get; init; }
}
