using System.Collections.Immutable;

namespace MirroredInfluence;

/// <summary>The test rows, and how they form queries. Argument columns are those of <see cref="TrainSpec.Columns"/>.</summary>
public sealed record TestSpec
{
    /// <summary>Arrow IPC files or streams that hold the test rows: paths or globs. Self-influence (§4.4): the training shards with query <c>all</c>.</summary>
    public required ImmutableArray<string> Shards { get; init; }

    /// <summary>Which rows, by 0-based index: <c>"0..9,42"</c> (inclusive ranges). Default: all.</summary>
    public string? Rows { get; init; }

    /// <summary>
    /// <c>row</c>: each row is a query (default). <c>all</c>: one query of all rows. Otherwise a column's name: rows with the same value
    /// are one query, named by that value.
    /// </summary>
    public string Query { get; init; } = "row";

    /// <summary>Column that names rows. Default: <see cref="TrainSpec.Id"/> where the test files have it.</summary>
    public string? Id { get; init; }
}
