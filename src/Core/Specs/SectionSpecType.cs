using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MirroredInfluence;

/// <summary>A record with one field per settable property, in the order they are declared.</summary>
internal sealed class SectionSpecType : SpecType
{
    private static readonly ConcurrentDictionary<Type, SectionSpecType> Known = new();

    private readonly Type _type;

    private SectionSpecType(Type type)
    {
        _type = type;
        Properties =
        [
            .. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Where(property => property.CanWrite)
                .OrderBy(property => property.MetadataToken)
                .Select(property => new SpecProperty(property)),
        ];
    }

    public override string Expected => "an object";

    public override bool IsSwitch => true;

    public ImmutableArray<SpecProperty> Properties { get; }

    public static new SectionSpecType Of(Type type) => Known.GetOrAdd(type, static type => new SectionSpecType(type));

    /// <summary>A section with every default, and nothing where a field is required.</summary>
    public object CreateDefault() => Activator.CreateInstance(_type)!;

    public override bool TryRead(JsonElement json, string path, out object value)
    {
        value = CreateDefault();
        if (json.ValueKind != JsonValueKind.Object)
            return false;
        var prefix = path.Length == 0 ? "" : path + ".";
        foreach (var field in json.EnumerateObject())
        {
            var property = Properties.FirstOrDefault(property => property.Name == field.Name)
                ?? throw Failure.Invalid($"{prefix}{field.Name}: unknown field{Hint(field.Name, prefix)}");
            property.Read(field.Value, prefix + field.Name, value);
        }

        foreach (var property in Properties)
        {
            if (property.IsRequired && !json.TryGetProperty(property.Name, out _))
                throw Failure.Invalid($"{prefix}{property.Name}: missing; expected {property.Expected}.");
        }

        return true;
    }

    public override void Write(Utf8JsonWriter json, object value, bool identityOnly)
    {
        json.WriteStartObject();
        foreach (var property in Properties)
        {
            if (identityOnly && !property.IsInIdentity)
                continue;
            json.WritePropertyName(property.Name);
            if (property.Get(value) is { } field)
                property.Type.Write(json, field, identityOnly);
            else
                json.WriteNullValue();
        }

        json.WriteEndObject();
    }

    /// <summary>An optional section is switched on with its defaults, or off.</summary>
    public override JsonNode? FromFlags(IReadOnlyList<string> values, JsonNode? current) => values[^1] switch
    {
        "true" => current as JsonObject ?? [],
        "false" => null,
        var other => JsonValue.Create(other),
    };

    /// <summary>The nearest field here, else a field of that name in another section.</summary>
    private string Hint(string name, string prefix)
    {
        if (NearestName.Of(name, Properties.Select(property => property.Name)) is { } here)
            return $"; did you mean {prefix}{here}?";
        var elsewhere = SpecField.All.FirstOrDefault(field => field.Path.EndsWith('.' + name, StringComparison.OrdinalIgnoreCase));
        return elsewhere is null ? $"; expected one of {string.Join(", ", Properties.Select(property => property.Name))}." : $"; did you mean {elsewhere.Path}?";
    }
}
