using System.Text.Json;
using System.Text.Json.Nodes;

namespace MirroredInfluence.Report;

/// <summary>Compares what is kept of a result with the result itself.</summary>
public static class ResultCheck
{
    /// <returns>"<c>queries[0].top[2].influence: found 3, expected 1.5</c>": the first difference of a result.json, or null.</returns>
    public static string? JsonDifference(ReadOnlySpan<byte> kept, RunResult result)
    {
        var expected = Bytes(stream => ResultWriter.WriteJson(stream, result));
        if (kept.SequenceEqual(expected))
            return null;
        try
        {
            return Difference(JsonNode.Parse(kept), JsonNode.Parse(expected), "") ?? ByteDifference(kept, expected);
        }
        catch (JsonException exception)
        {
            return $"is not JSON: {exception.Message}";
        }
    }

    /// <returns>Where a result.arrow first differs, or null.</returns>
    public static string? ArrowDifference(ReadOnlySpan<byte> kept, RunResult result) =>
        ByteDifference(kept, Bytes(stream => ResultWriter.WriteArrow(stream, result)));

    private static byte[] Bytes(Action<Stream> write)
    {
        using var stream = new MemoryStream();
        write(stream);
        return stream.ToArray();
    }

    private static string? ByteDifference(ReadOnlySpan<byte> kept, ReadOnlySpan<byte> expected) =>
        kept.SequenceEqual(expected) ? null : $"byte {kept.CommonPrefixLength(expected):N0} of {kept.Length:N0} is the first that differs; expected {expected.Length:N0} bytes";

    private static string? Difference(JsonNode? kept, JsonNode? expected, string path)
    {
        if (kept is JsonObject keptObject && expected is JsonObject expectedObject)
        {
            return expectedObject.Select(field => field.Key).Union(keptObject.Select(field => field.Key))
                .Select(name => Difference(keptObject[name], expectedObject[name], path.Length == 0 ? name : $"{path}.{name}"))
                .FirstOrDefault(difference => difference is not null);
        }

        if (kept is JsonArray keptArray && expected is JsonArray expectedArray && keptArray.Count == expectedArray.Count)
        {
            return Enumerable.Range(0, keptArray.Count)
                .Select(index => Difference(keptArray[index], expectedArray[index], $"{path}[{index}]"))
                .FirstOrDefault(difference => difference is not null);
        }

        return Shown(kept) == Shown(expected) ? null : $"{path}: found {Shown(kept)}, expected {Shown(expected)}";
    }

    private static string Shown(JsonNode? node) => node switch
    {
        null => "none",
        JsonArray array => $"{array.Count:N0} entries",
        JsonObject => "an object",
        _ => node.ToJsonString(),
    };
}
