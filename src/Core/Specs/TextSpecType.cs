using System.Text.Json;
using System.Text.Json.Nodes;

namespace MirroredInfluence;

internal sealed class TextSpecType : SpecType
{
    public override string Expected => "a text";

    public override bool TryRead(JsonElement json, string path, out object value)
    {
        value = json.ValueKind == JsonValueKind.String ? json.GetString()! : "";
        return value is not "";
    }

    public override void Write(Utf8JsonWriter json, object value, bool identityOnly) => json.WriteStringValue((string)value);

    public override JsonNode FromFlags(IReadOnlyList<string> values, JsonNode? current) => JsonValue.Create(values[^1]);
}
