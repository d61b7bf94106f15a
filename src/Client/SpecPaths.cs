using System.Text.Json.Nodes;

namespace MirroredInfluence.Client;

/// <summary>The fields of a spec that are paths. They are kept absolute, so that a run means the same from any directory.</summary>
internal static class SpecPaths
{
    private static readonly string[] Fields = ["model.uri", "train.shards", "test.shards", "compute.cache"];

    public static bool IsPath(string fieldPath) => Array.IndexOf(Fields, fieldPath) >= 0;

    /// <summary><c>none</c> is no path but the cache turned off; URIs stay as they are.</summary>
    public static string Resolve(string path, string folder) =>
        path is "" or "none" || FileUri.IsRemote(path) ? path : ResolveLocal(path, folder);

    /// <summary>Of a path that is one.</summary>
    public static string ResolveLocal(string path, string folder) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path, folder));

    /// <summary>The spec with every path resolved.</summary>
    public static RunSpec Resolve(RunSpec spec, string folder) => spec with
    {
        Model = spec.Model with { Uri = Resolve(spec.Model.Uri, folder) },
        Train = spec.Train with { Shards = [.. spec.Train.Shards.Select(path => Resolve(path, folder))] },
        Test = spec.Test with { Shards = [.. spec.Test.Shards.Select(path => Resolve(path, folder))] },
        Compute = spec.Compute with { Cache = spec.Compute.Cache is { } cache ? Resolve(cache, folder) : null },
    };

    /// <summary>Resolves every path of a spec; what is not text is left to the strict reader.</summary>
    public static void ResolveAll(JsonObject spec, string folder)
    {
        foreach (var field in Fields)
        {
            if (field.Split('.') is [var section, var name] && spec[section] is JsonObject fields && fields[name] is { } value)
                fields[name] = Resolve(value, folder);
        }
    }

    private static JsonNode? Resolve(JsonNode? value, string folder) => value switch
    {
        JsonArray list => new JsonArray([.. list.Select(item => Resolve(item, folder))]),
        JsonValue text when text.TryGetValue(out string? path) => JsonValue.Create(Resolve(path, folder)),
        _ => value?.DeepClone(),
    };
}
