using System.Text.Json;
using System.Text.Json.Nodes;

namespace MirroredInfluence;

internal sealed class SwitchSpecType : SpecType
{
    public override string Expected => "true or false";

    public override bool IsSwitch => true;

    public override bool TryRead(JsonElement json, string path, out object value)
    {
        value = json.ValueKind == JsonValueKind.True;
        return json.ValueKind is JsonValueKind.True or JsonValueKind.False;
    }

    public override void Write(Utf8JsonWriter json, object value, bool identityOnly) => json.WriteBooleanValue((bool)value);

    public override JsonNode FromFlags(IReadOnlyList<string> values, JsonNode? current) =>
        values[^1] is "true" or "false" ? JsonValue.Create(values[^1] == "true") : JsonValue.Create(values[^1]);
}
