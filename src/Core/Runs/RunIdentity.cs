using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace MirroredInfluence;

/// <summary>
/// A run's id: the first 32 hex digits of SHA-256 of its manifest's canonical JSON, without the fields marked <see cref="OutsideIdentityAttribute"/>.
/// Runs with the same id have the same result.
/// </summary>
public static class RunIdentity
{
    public static string Of(RunManifest manifest) =>
        Convert.ToHexStringLower(SHA256.HashData(SpecJson.Write(manifest, indented: false, identityOnly: true)))[..32];

    /// <summary>"<c>spec.score.topK: 100, here 50</c>": the first field of the identity that differs, or null.</summary>
    public static string? FirstDifference(RunManifest kept, RunManifest found) => FirstDifference(ToNode(kept), ToNode(found), "");

    private static JsonNode? ToNode(RunManifest manifest) => JsonNode.Parse(SpecJson.Write(manifest, indented: false, identityOnly: true));

    private static string? FirstDifference(JsonNode? kept, JsonNode? found, string path)
    {
        if (JsonNode.DeepEquals(kept, found))
            return null;
        if (kept is JsonObject keptObject && found is JsonObject foundObject)
        {
            return keptObject.Select(field => field.Key).Union(foundObject.Select(field => field.Key))
                .Select(name => FirstDifference(keptObject[name], foundObject[name], path.Length == 0 ? name : $"{path}.{name}"))
                .First(difference => difference is not null);
        }

        if (kept is JsonArray keptArray && found is JsonArray foundArray && keptArray.Count == foundArray.Count)
        {
            return Enumerable.Range(0, keptArray.Count)
                .Select(index => FirstDifference(keptArray[index], foundArray[index], $"{path}[{index}]"))
                .First(difference => difference is not null);
        }

        return $"{path}: {Shown(kept)}, here {Shown(found)}";
    }

    private static string Shown(JsonNode? node)
    {
        var text = node?.ToJsonString() ?? "none";
        return node is JsonArray array ? $"{array.Count} entries" : text.Length <= 80 ? text : text[..77] + "...";
    }
}
