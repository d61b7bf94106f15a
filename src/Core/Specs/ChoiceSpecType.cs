using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MirroredInfluence;

/// <summary>An enumeration, by <see cref="SpecName"/>.</summary>
internal sealed class ChoiceSpecType(Type type) : SpecType
{
    private readonly ImmutableArray<Enum> _members = [.. Enum.GetValues(type).Cast<Enum>()];

    public override string Expected => $"one of {string.Join(", ", Choices)}";

    public override ImmutableArray<string> Choices => [.. _members.Select(SpecName.Of)];

    public override bool TryRead(JsonElement json, string path, out object value)
    {
        var member = json.ValueKind == JsonValueKind.String ? _members.FirstOrDefault(member => SpecName.Of(member) == json.GetString()) : null;
        value = member ?? _members[0];
        return member is not null;
    }

    public override void Write(Utf8JsonWriter json, object value, bool identityOnly) => json.WriteStringValue(SpecName.Of((Enum)value));

    public override JsonNode FromFlags(IReadOnlyList<string> values, JsonNode? current) => JsonValue.Create(values[^1]);
}
