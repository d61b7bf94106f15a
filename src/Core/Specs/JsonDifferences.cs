using System.Text.Json.Nodes;

namespace MirroredInfluence;

/// <summary>Fields in which two objects differ, as messages name them.</summary>
internal static class JsonDifferences
{
    private const int ListedMax = 5;

    /// <summary>"<c>score.topK: 100, here 50</c>", of each field.</summary>
    public static IEnumerable<string> Of(JsonNode? kept, JsonNode? found, string path = "")
    {
        if (JsonNode.DeepEquals(kept, found))
            return [];
        if (kept is not JsonObject keptObject || found is not JsonObject foundObject)
            return [$"{path}: {Shown(kept)}, here {Shown(found)}"];
        return keptObject.Select(field => field.Key).Union(foundObject.Select(field => field.Key))
            .SelectMany(name => Of(keptObject[name], foundObject[name], path.Length == 0 ? name : $"{path}.{name}"));
    }

    /// <summary>Five of them at most, and how many more there are.</summary>
    public static string Listed(IReadOnlyCollection<string> differences) =>
        string.Join("; ", differences.Take(ListedMax)) + (differences.Count > ListedMax ? $"; and {differences.Count - ListedMax} more" : "");

    private static string Shown(JsonNode? node)
    {
        var text = node?.ToJsonString() ?? "none";
        return text.Length <= 80 ? text : text[..77] + "...";
    }
}
