using System.CommandLine;
using System.Text.Json.Nodes;
using MirroredInfluence.Client;

namespace MirroredInfluence.Cli;

/// <summary>The run spec on the command line: a spec file, and a flag for every field that is laid over it.</summary>
/// <param name="parts">Only the flags of these sections or fields; none has all.</param>
internal sealed class SpecOptions(params string[] parts)
{
    private readonly List<(SpecField Field, Option Flag)> _flags =
    [
        .. SpecField.All
            .Where(field => field.Flag is not null && (parts.Length == 0 || Array.Exists(parts, part => field.Path == part || field.Path.StartsWith(part + ".", StringComparison.Ordinal))))
            .Select(field => (field, CreateFlag(field))),
    ];

    public Argument<string?> SpecFile { get; } = new("SPEC.json")
    {
        Arity = ArgumentArity.ZeroOrOne,
        Description = "The run spec. Optional: every field is also a flag, and flags go before the file's fields. "
            + "Paths in the file are relative to it, paths in flags to the current directory.",
    };

    /// <summary>Flags by section of the spec.</summary>
    public IEnumerable<FlagGroup> Groups => _flags
        .GroupBy(pair => SectionOf(pair.Field))
        .Select(section => new FlagGroup(TitleOf(section.Key), [.. section.Select(pair => pair.Flag)]));

    /// <param name="needsTest">Without: the training rows stand in where no test rows are named.</param>
    /// <exception cref="MirroredException">Invalid: no such file, or no such spec.</exception>
    public RunSpec Read(ParseResult parsed, bool needsTest = true)
    {
        var file = parsed.GetValue(SpecFile);
        var spec = file is null ? [] : ReadFile(file);
        var own = spec.DeepClone().AsObject();
        Apply(parsed, spec);
        if (!needsTest && spec["train"]?["shards"] is { } shards)
            spec["test"] ??= new JsonObject { ["shards"] = shards.DeepClone() };
        RefuseMissing(spec, file);
        try
        {
            return RunSpecReader.Read(spec);
        }
        catch (MirroredException exception) when (file is not null && Refusal(own) == exception.Message)
        {
            throw Failure.Invalid($"{file}: {exception.Message}", exception);
        }
    }

    /// <summary>The spec with the flags laid over it.</summary>
    public RunSpec Overlay(ParseResult parsed, RunSpec spec)
    {
        var json = RunSpecReader.Parse(RunSpecWriter.Write(spec), "run.json");
        Apply(parsed, json);
        return RunSpecReader.Read(json);
    }

    /// <summary>Name of the run directory where none is given: the spec file's, else the model's.</summary>
    public string DefaultName(ParseResult parsed, RunSpec spec) => Path.GetFileNameWithoutExtension(parsed.GetValue(SpecFile) ?? spec.Model.Uri);

    private void Apply(ParseResult parsed, JsonObject spec)
    {
        foreach (var (field, flag) in _flags)
        {
            if (parsed.GetResult(flag) is not { } result)
                continue;
            string[] values = result.Tokens.Count > 0 ? [.. result.Tokens.Select(token => token.Value)] : ["true"];
            SpecFlags.Apply(spec, field, [.. values.Select(value => SpecPaths.IsPath(field.Path) ? SpecPaths.Resolve(value, Environment.CurrentDirectory) : value)]);
        }
    }

    private static string SectionOf(SpecField field) => field.Path.Split('.')[0];

    private static JsonObject ReadFile(string file)
    {
        string text;
        try
        {
            text = File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            var found = Directory.Exists(file) ? "is a folder, no spec file" : File.Exists(file) ? $"cannot be read ({e.Message})" : "no such spec file";
            throw Failure.Invalid($"{(file.Length == 0 ? "the empty path" : file)}: {found}. 'mirrored run --help' shows what a run needs.", e);
        }

        var spec = RunSpecReader.Parse(text, file);
        SpecPaths.ResolveAll(spec, Path.GetDirectoryName(Path.GetFullPath(file))!);
        return spec;
    }

    /// <summary>What is wrong with the file itself, whatever flags say.</summary>
    private static string? Refusal(JsonObject spec)
    {
        try
        {
            RunSpecReader.Read(spec);
            return null;
        }
        catch (MirroredException exception)
        {
            return exception.Message;
        }
    }

    /// <summary>The strict reader would name one missing field; who types flags wants all of them, as flags.</summary>
    private static void RefuseMissing(JsonObject spec, string? file)
    {
        string[] missing = [.. SpecField.All.Where(field => IsMissing(spec, field)).Select(field => file is null ? field.Flag! : field.Path)];
        if (missing.Length > 0)
            throw Failure.Invalid($"{file ?? "the run"} lacks {string.Join(", ", missing)}.");
    }

    private static bool IsMissing(JsonObject spec, SpecField field) =>
        field.IsRequired && field.Path.Split('.') is [var section, var name] && (spec[section] is not { } fields || (fields as JsonObject)?.ContainsKey(name) is false);

    private static Option CreateFlag(SpecField field)
    {
        var isMap = field.Path == "train.columns";
        var isNumber = field.Expected.Contains("number", StringComparison.Ordinal);
        var description = field.Description + (field.DefaultText is { } text and not ("null" or "{}" or "false") ? $" [{text.Trim('[', ']', '"')}]" : "")
            + (isMap ? """ Or JSON, for type, shape, scale and offset: '{"image": {"scale": 0.0039}}'.""" : "");
        if (field.IsSwitch)
            return new Option<bool?>(field.Flag!) { Description = description };

        if (!field.AllowsMany)
        {
            var value = SpecPaths.IsPath(field.Path) ? "PATH" : isNumber ? "NUMBER" : "TEXT";
            return new Option<string>(field.Flag!) { Description = description, HelpName = field.Choices.IsEmpty ? value : string.Join('|', field.Choices) };
        }

        return new Option<string[]>(field.Flag!)
        {
            Description = description,
            AllowMultipleArgumentsPerToken = true,
            HelpName = isMap ? "ARGUMENT=COLUMN…" : SpecPaths.IsPath(field.Path) ? "PATH…" : isNumber ? "N,N,…" : "TEXT…",
        };
    }

    private static string TitleOf(string section) => section switch
    {
        "model" => "Model",
        "train" => "Training rows",
        "test" => "Test rows and queries",
        "ascent" => "Ascent",
        "score" => "Scoring",
        "compute" => "Compute (never changes what a run is)",
        "report" => "Report",
        _ => "Noise",
    };
}
