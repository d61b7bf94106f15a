using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace MirroredInfluence;

/// <summary>An enumeration: its names in kebab-case, or as <see cref="JsonStringEnumMemberNameAttribute"/> says.</summary>
internal sealed class ChoiceSpecType(Type type) : SpecType
{
    private readonly ImmutableArray<(string Name, object Value)> _members =
    [
        .. type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (
            field.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name ?? JsonNamingPolicy.KebabCaseLower.ConvertName(field.Name),
            field.GetValue(null)!)),
    ];

    public override string Expected => $"one of {string.Join(", ", Choices)}";

    public override ImmutableArray<string> Choices => [.. _members.Select(member => member.Name)];

    public override bool TryRead(JsonElement json, string path, out object value)
    {
        var name = json.ValueKind == JsonValueKind.String ? json.GetString() : null;
        value = _members.FirstOrDefault(member => member.Name == name).Value;
        return value is not null;
    }

    public override void Write(Utf8JsonWriter json, object value, bool identityOnly) =>
        json.WriteStringValue(_members.First(member => member.Value.Equals(value)).Name);

    public override JsonNode FromFlags(IReadOnlyList<string> values, JsonNode? current) => JsonValue.Create(values[^1]);
}
