using System.Collections.Immutable;

namespace MirroredInfluence;

/// <summary>The training rows to rank.</summary>
public sealed record TrainSpec
{
    /// <summary>Arrow IPC files or streams: paths or globs (<c>*</c>, <c>?</c>, <c>**</c>), ordered ordinally by path within a glob.</summary>
    public required ImmutableArray<string> Shards { get; init; }

    /// <summary>Column (or struct path <c>a.b</c>) that names a row in results and keys its noise; integer, string or binary. Default: none.</summary>
    public string? Id { get; init; }

    /// <summary>Column (or struct path) whose value groups rows (§2.1: a source D_i). Default: none.</summary>
    public string? Group { get; init; }

    /// <summary>Argument of <c>forward</c> → column. Arguments left out bind to the column of their own name.</summary>
    public ImmutableSortedDictionary<string, ColumnSpec> Columns { get; init; } = ImmutableSortedDictionary<string, ColumnSpec>.Empty;
}
