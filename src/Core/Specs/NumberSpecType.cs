using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MirroredInfluence;

internal sealed class NumberSpecType<T> : SpecType
    where T : struct, INumber<T>
{
    private static readonly bool IsWhole = typeof(T) != typeof(double);

    public override string Expected => typeof(T) == typeof(ulong) ? "a whole number of 0 or more" : IsWhole ? "a whole number" : "a number";

    public override bool TryRead(JsonElement json, string path, out object value)
    {
        value = T.Zero;
        if (json.ValueKind != JsonValueKind.Number)
            return false;
        var styles = IsWhole ? NumberStyles.AllowLeadingSign : NumberStyles.Float;
        if (!T.TryParse(json.GetRawText(), styles, CultureInfo.InvariantCulture, out var number) || !T.IsFinite(number))
            return false;
        value = number;
        return true;
    }

    public override void Write(Utf8JsonWriter json, object value, bool identityOnly) =>
        json.WriteRawValue(((T)value).ToString(null, CultureInfo.InvariantCulture));

    public override JsonNode FromFlags(IReadOnlyList<string> values, JsonNode? current)
    {
        try
        {
            if (JsonNode.Parse(values[^1]) is JsonValue json && json.GetValueKind() == JsonValueKind.Number)
                return json;
        }
        catch (JsonException)
        {
            // No number: the reader refuses the text and says what was expected.
        }

        return JsonValue.Create(values[^1]);
    }
}
