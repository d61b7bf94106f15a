using System.Text.Json;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.Serialization;

namespace MirroredInfluence.Deploy.Tests;

/// <summary>The objects of a YAML text, as JSON.</summary>
internal static class Manifests
{
    public static IReadOnlyList<JsonObject> Parse(string yaml)
    {
        var reader = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build();
        var objects = new List<JsonObject>();
        var parser = new Parser(new StringReader(yaml));
        parser.Consume<StreamStart>();
        while (parser.Accept<DocumentStart>(out _))
            objects.Add(JsonSerializer.SerializeToNode(reader.Deserialize<object>(parser))!.AsObject());
        return objects;
    }

    public static JsonObject Only(this IEnumerable<JsonObject> objects, string kind) =>
        objects.Single(found => (string)found["kind"]! == kind);

    /// <summary>The value at a path of names and positions, such as spec/template/spec/containers/0/image.</summary>
    public static JsonNode? At(this JsonNode? node, string path)
    {
        foreach (var part in path.Split('/'))
            node = node is JsonArray array ? array[int.Parse(part)] : node?[part];
        return node;
    }

    public static string? Text(this JsonNode? node, string path) => node.At(path)?.ToString();

    public static IReadOnlyList<JsonNode> List(this JsonNode? node, string path) =>
        node.At(path) is JsonArray array ? [.. array.Select(item => item!)] : [];
}
