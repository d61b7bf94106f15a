using System.Collections.Immutable;
using System.ComponentModel;

namespace MirroredInfluence;

/// <summary>The training rows to rank.</summary>
public sealed record TrainSpec
{
    [Description("Arrow IPC files or streams: paths or globs (*, ?, **), ordered ordinally by path within a glob.")]
    [OutsideIdentity]
    public required ImmutableArray<string> Shards { get; init; }

    [Description("Column (or struct path a.b) that names a row in results and keys its noise: integer, string or binary.")]
    public string? Id { get; init; }

    [Description("Column (or struct path) whose value groups rows: a source D_i of the paper's §2.1.")]
    public string? Group { get; init; }

    [Description("Argument of forward → column. Arguments left out bind to the column of their own name. What they are bound to is part of the identity.")]
    [OutsideIdentity]
    public ImmutableSortedDictionary<string, ColumnSpec> Columns { get; init; } = ImmutableSortedDictionary<string, ColumnSpec>.Empty;
}
