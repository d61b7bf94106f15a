using System.Collections.Immutable;
using System.CommandLine;
using MirroredInfluence.Cli.Import;
using MirroredInfluence.Engine;
using MirroredInfluence.Storage;
using MirroredInfluence.Torch;

namespace MirroredInfluence.Cli;

/// <summary>A model, an Arrow file, or both and how they fit.</summary>
internal sealed class InspectVerb : Verb
{
    private readonly Argument<string[]> _files = new("FILE")
    {
        Arity = new ArgumentArity(1, 2),
        Description = "A TorchScript archive, an Arrow file or stream (also in a store), or one of each. A TorchScript archive is code: inspect only what you trust.",
    };

    private readonly SpecOptions _bindings = new("train.columns", "score.draws");

    public InspectVerb()
        : base("inspect", "Show what a model takes, what an Arrow file holds, and what would bind to what.")
    {
        Add(_files);
        AddFlags(_bindings.Groups);
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("inspect model.pt train.arrow", "does this model fit these rows?"),
        new("inspect model.pt train.arrow --train-columns image=pixels", "and with a column of another name?"),
        new("inspect data/train-00000.arrow", "format, columns, types and record batches of a file"),
    ];

    public override async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellationToken)
    {
        var (models, files) = Sort(parsed.GetValue(_files)!);
        using var data = new DataFiles(ObjectCache.Of(new ComputeSpec(), terminal.Time), terminal.Time, cancellationToken);
        using var model = models is [var modelPath] ? BaseModel.Load(modelPath) : null;
        using var file = files is [var filePath] ? data.Open(filePath) : null;

        if (model is not null)
            ModelPage.Write(model, terminal.Output);
        if (file is not null)
            ArrowFilePage.Write(file, terminal.Output);
        if (model is null || file is null)
            return 0;
        var spec = _bindings.Overlay(parsed, FirstRows.SpecOf(model.Path, files[0]));
        return BindingPage.Write(model.Signature, file, spec, terminal.Output) && await TryRowsAsync(data, model, file.RowCount, spec, terminal, cancellationToken) ? 0 : 2;
    }

    private static async Task<bool> TryRowsAsync(
        DataFiles data, BaseModel model, long rowCount, RunSpec spec, Terminal terminal, CancellationToken cancellationToken)
    {
        if (rowCount == 0)
        {
            terminal.Output.WriteLine("\nNames, types and shapes fit. The file has no rows to try.");
            return true;
        }

        var tried = await FirstRows.TryAsync(data, model, spec, terminal.Time, cancellationToken);
        terminal.Output.WriteLine($"\nNames, types and shapes fit, and the model gives {tried.LossCount} of the first {tried.RowCount} rows a finite loss.");
        return tried.LossCount > 0;
    }

    private static (ImmutableArray<string> Models, ImmutableArray<string> Files) Sort(string[] paths)
    {
        foreach (var path in paths.Where(path => !FileUri.IsRemote(path)))
        {
            if (Directory.Exists(path))
                throw Failure.Invalid($"{path}: is a folder; expected a file, such as one of {Path.Combine(path, "*.arrow")}.");
            if (!File.Exists(path))
                throw Failure.Invalid($"{(path.Length == 0 ? "the empty path" : path)}: no such file.");
            if (IsImportable(path))
                throw Failure.Invalid($"{path}: is no Arrow file; `mirrored import {path} --out {Path.ChangeExtension(Path.GetFileName(path), ".arrow")}` makes one of it.");
        }

        var byKind = paths.ToLookup(IsArchive);
        if (byKind[true].Count() > 1 || byKind[false].Count() > 1)
            throw Failure.Invalid($"{paths[0]} and {paths[1]} are both {(IsArchive(paths[0]) ? "models" : "data files")}; give one of each.");
        return ([.. byKind[true]], [.. byKind[false]]);
    }

    /// <summary>A TorchScript archive is a zip, and here: one from elsewhere is only loaded by a run that pins it.</summary>
    private static bool IsArchive(string path) => !FileUri.IsRemote(path) && ReadHead(path).AsSpan().StartsWith("PK"u8);

    private static bool IsImportable(string path)
    {
        var head = ReadHead(path);
        return NpyFormat.IsNpy(head) || IdxFormat.IsIdx(head) || Path.GetExtension(path) is ".csv" or ".npz";
    }

    private static byte[] ReadHead(string path)
    {
        using var content = File.OpenRead(path);
        var head = new byte[16];
        return head[..content.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
    }
}
