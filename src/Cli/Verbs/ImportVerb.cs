using System.Collections.Immutable;
using System.CommandLine;
using MirroredInfluence.Arrow;
using MirroredInfluence.Cli.Import;

namespace MirroredInfluence.Cli;

/// <summary>IDX, npy, npz and CSV → Arrow.</summary>
internal sealed class ImportVerb : Verb
{
    private const int NamesShownMax = 8;

    private readonly Argument<string[]> _sources = new("SOURCE")
    {
        Arity = ArgumentArity.OneOrMore,
        Description = "[column=]file[:member]. IDX and npy hold one column, an npz and a CSV several; :member picks by glob. Sources stand side by side, row for row.",
    };

    private readonly Option<string> _out = new("--out")
    {
        Required = true,
        HelpName = "PATH",
        Description = "One file when it ends in .arrow; else what the files' names start with: data/train makes data/train-00000.arrow, …; data/train/ makes data/train/00000.arrow, …",
    };

    private readonly Option<int?> _shards = new("--shards") { HelpName = "NUMBER", Description = "Files to cut the rows into. Default: 1." };

    private readonly Option<long?> _shardRows = new("--shard-rows") { HelpName = "NUMBER", Description = "Rows of a file, instead of --shards." };

    private readonly Option<string> _format = new("--format") { HelpName = "file|stream", Description = "Arrow IPC format. Default: file." };

    private readonly Option<string> _compression = new("--compression") { HelpName = "none|lz4|zstd", Description = "Of record batch bodies. Default: none, which is read without a copy." };

    private readonly Option<int?> _recordBatchRows = new("--record-batch-rows") { HelpName = "NUMBER", Description = "Rows of a record batch; fewer where they would fill more than 64 MiB. Default: 1000." };

    private readonly Option<string> _rows = new("--rows") { HelpName = "RANGES", Description = "Rows to take, by 0-based index with inclusive ranges: 0..9,42. Default: all." };

    private readonly Option<string> _id = new("--id") { HelpName = "NAME", Description = "Add an int64 column with each row's index in its source." };

    private readonly Option<string> _caption = new("--caption") { HelpName = "COLUMN=NAMES", Description = "Add a column 'caption': the name of each label. NAMES is a file with a name a line, or name,name,…" };

    private readonly Option<string[]> _texts = new("--text") { HelpName = "NAME=TEMPLATE", Description = "Add a text column made from others: query=leak-{id}. May be given several times." };

    public ImportVerb()
        : base("import", "Turn IDX, .npy, .npz and CSV files (each also gzipped) into Arrow files.")
    {
        Add(_sources);
        AddFlags("Rows and columns", _rows, _id, _caption, _texts);
        AddFlags("Files", _out, _shards, _shardRows, _format, _compression, _recordBatchRows);
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("import image=train-images-idx3-ubyte.gz label=train-labels-idx1-ubyte.gz --id id --shards 12 --out data/train", "MNIST-like files: images and labels side by side, with a row id"),
        new("import image=mnist.npz:x_train label=mnist.npz:y_train --out data/train", "two arrays of an npz"),
        new("import 'features=table.csv:pixel*' label=table.csv:label --out data/table.arrow", "a CSV, many columns packed into one"),
        new("import image=train-images-idx3-ubyte.gz label=train-labels-idx1-ubyte.gz --rows 3,17 --id id --text query=leak-{id} --out data/leak.arrow", "two rows, with names"),
    ];

    public override string WhenStopped => "no file was kept.";

    public override Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellationToken)
    {
        var options = Read(parsed);
        using var table = new ImportTable(options);
        var progress = new ProgressLine(terminal);
        var files = Importer.Run(options, table, (written, rowCount) => progress.Update(() => $"{written:N0} of {rowCount:N0} rows written"), cancellationToken);
        terminal.WipeLine();

        foreach (var column in table.Columns)
            terminal.Output.WriteLine($"  {column.Name}: {TypeName(column)}");
        foreach (var file in files)
            terminal.Output.WriteLine($"{file.Path}  {Counted.Of(file.RowCount, "row")}  {Quantity.Bytes(file.Bytes)}");
        return Task.FromResult(0);
    }

    private ImportOptions Read(ParseResult parsed)
    {
        var (shards, shardRows) = (parsed.GetValue(_shards), parsed.GetValue(_shardRows));
        if (shards is not null && shardRows is not null)
            throw Failure.Invalid("--shards and --shard-rows say the same in two ways; give one.");
        return new ImportOptions
        {
            Sources = [.. parsed.GetValue(_sources)!.Select(SourceSpec.Parse)],
            Out = parsed.GetValue(_out) is { Length: > 0 } path ? path : throw Failure.Invalid("--out: the path is empty; expected a file that ends in .arrow, or what the files' names start with."),
            ShardCount = AtLeastOne(_shards, shards),
            ShardRows = AtLeastOne(_shardRows, shardRows),
            Rows = parsed.GetValue(_rows) is { } rows ? RowSelection.Parse(rows) : null,
            Id = parsed.GetValue(_id),
            Caption = parsed.GetValue(_caption),
            Texts = parsed.GetValue(_texts) ?? [],
            Format = OneOf(_format, parsed.GetValue(_format) ?? "file", ("file", ArrowFormat.File), ("stream", ArrowFormat.Stream)),
            Compression = OneOf(_compression, parsed.GetValue(_compression) ?? "none", ("none", BodyCompression.None), ("lz4", BodyCompression.Lz4Frame), ("zstd", BodyCompression.Zstd)),
            RecordBatchRows = AtLeastOne(_recordBatchRows, parsed.GetValue(_recordBatchRows)) ?? 1000,
        };
    }

    private static T? AtLeastOne<T>(Option flag, T? value)
        where T : struct, System.Numerics.INumber<T>
    {
        if (value is { } number && number < T.One)
            throw Failure.Invalid($"{flag.Name}: found {number}; expected 1 or more.");
        return value;
    }

    private static T OneOf<T>(Option flag, string text, params ReadOnlySpan<(string Name, T Value)> choices)
    {
        var names = new List<string>();
        foreach (var (name, value) in choices)
        {
            if (name == text)
                return value;
            names.Add(name);
        }

        throw Failure.Invalid($"{flag.Name}: found '{text}'; expected one of {string.Join(", ", names)}{NearestName.Ending(text, names)}");
    }

    private static string TypeName(SourceColumn column) =>
        (column.Dtype?.Name() ?? "utf8") + string.Concat(column.Shape.Select(size => $"[{size}]")) + (column.Packed.IsEmpty ? "" : $" of {Names(column.Packed)}");

    /// <summary>All of a few names, else both ends of them: a glob that picks too much shows there.</summary>
    private static string Names(ImmutableArray<string> names) =>
        string.Join(", ", names.Length <= NamesShownMax ? names : [.. names[..(NamesShownMax / 2)], "…", .. names[^(NamesShownMax / 2)..]]);
}
