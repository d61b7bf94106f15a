using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MirroredInfluence;

/// <summary>Names to sections: <c>train.columns</c>. Ordinal order.</summary>
internal sealed class MapSpecType<T> : SpecType
{
    public override string Expected => "an object of arguments (as a flag: argument=column)";

    public override bool AllowsMany => true;

    public SectionSpecType Section { get; } = SectionSpecType.Of(typeof(T));

    public override bool TryRead(JsonElement json, string path, out object value)
    {
        var entries = ImmutableSortedDictionary.CreateBuilder<string, T>(StringComparer.Ordinal);
        value = entries;
        if (json.ValueKind != JsonValueKind.Object)
            return false;
        foreach (var property in json.EnumerateObject())
        {
            var entryPath = $"{path}.{property.Name}";
            if (!Section.TryRead(property.Value, entryPath, out var entry))
                throw Failure.Invalid($"{entryPath}: found {SpecProperty.Shown(property.Value)}; expected {Section.Expected}.");
            entries.Add(property.Name, (T)entry);
        }

        value = entries.ToImmutable();
        return true;
    }

    public override void Write(Utf8JsonWriter json, object value, bool identityOnly)
    {
        json.WriteStartObject();
        foreach (var (name, entry) in (ImmutableSortedDictionary<string, T>)value)
        {
            json.WritePropertyName(name);
            Section.Write(json, entry!, identityOnly);
        }

        json.WriteEndObject();
    }

    /// <summary><c>argument=column</c>, or a JSON object of arguments. Arguments that are not named stay.</summary>
    public override JsonNode FromFlags(IReadOnlyList<string> values, JsonNode? current)
    {
        var map = current?.DeepClone() as JsonObject ?? [];
        foreach (var value in values)
        {
            if (value.TrimStart().StartsWith('{'))
            {
                foreach (var (name, entry) in RunSpecReader.Parse(value, "the flag's value"))
                    map[name] = entry?.DeepClone();
            }
            else if (value.Split('=', 2) is [var name, var column])
            {
                if (map[name] is not JsonObject section)
                    map[name] = section = [];
                section[Section.Properties[0].Name] = column;
            }
            else
            {
                return JsonValue.Create(value);   // the reader refuses it
            }
        }

        return map;
    }
}
