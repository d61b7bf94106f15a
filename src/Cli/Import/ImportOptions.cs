using MirroredInfluence.Arrow;

namespace MirroredInfluence.Cli.Import;

internal sealed record ImportOptions
{
    public required IReadOnlyList<SourceSpec> Sources { get; init; }

    /// <summary>A path that ends in .arrow is one file; any other is what the files' names start with.</summary>
    public required string Out { get; init; }

    /// <summary>Files to cut the rows into, as evenly as may be. Default 1.</summary>
    public int? ShardCount { get; init; }

    /// <summary>Rows of a file, instead of <see cref="ShardCount"/>.</summary>
    public long? ShardRows { get; init; }

    /// <summary>Default: all rows.</summary>
    public RowSelection? Rows { get; init; }

    /// <summary>Name of a column that holds each row's index in its source.</summary>
    public string? Id { get; init; }

    public string? Caption { get; init; }

    public IReadOnlyList<string> Texts { get; init; } = [];

    public ArrowFormat Format { get; init; } = ArrowFormat.File;

    public BodyCompression Compression { get; init; }

    public int RecordBatchRows { get; init; } = 1000;
}
