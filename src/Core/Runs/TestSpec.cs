using System.Collections.Immutable;
using System.ComponentModel;

namespace MirroredInfluence;

/// <summary>The test rows, and how they form queries. Argument columns are those of <see cref="TrainSpec.Columns"/>.</summary>
public sealed record TestSpec
{
    [Description("Arrow IPC files or streams that hold the test rows: paths or globs. Self-influence (§4.4): the training shards with query all.")]
    [OutsideIdentity]
    public required ImmutableArray<string> Shards { get; init; }

    [Description("Which rows, by 0-based index over all test files, with inclusive ranges: 0..9,42. Default: all.")]
    public string? Rows { get; init; }

    [Description("row: each row is a query. all: one query of all rows. Otherwise a column's name: rows with the same value are one query, named by that value.")]
    public string Query { get; init; } = "row";

    [Description("Column that names test rows. Default: train.id where the test files have it.")]
    public string? Id { get; init; }
}
