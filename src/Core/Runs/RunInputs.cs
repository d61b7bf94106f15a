using System.Collections.Immutable;
using System.ComponentModel;

namespace MirroredInfluence;

/// <summary>What a run reads, as it was found: digests, row counts, and the columns that every model argument is bound to.</summary>
public sealed record RunInputs
{
    [Description("SHA-256 of the model's archive, lower-case hex.")]
    public required string ModelDigest { get; init; }

    [Description("The training files in order.")]
    public required ImmutableArray<DataFile> Train { get; init; }

    [Description("The test files in order.")]
    public required ImmutableArray<DataFile> Test { get; init; }

    [Description("Argument → column, with nothing left to a default.")]
    public required ImmutableSortedDictionary<string, ColumnSpec> Columns { get; init; }
}
