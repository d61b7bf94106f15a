using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace MirroredInfluence;

/// <summary>A field of the run spec, as help texts, flags and docs/formats/run-spec.md show it. Derived from the records.</summary>
public sealed record SpecField
{
    private SpecField(string path, string? flag, SpecProperty property, object section, bool isInIdentity)
    {
        Path = path;
        Flag = flag;
        Type = property.Type;
        Description = property.Description;
        Expected = property.Expected;
        IsRequired = property.IsRequired;
        IsInIdentity = isInIdentity;
        DefaultText = property.IsRequired ? null : Json(property, section);
    }

    /// <summary>Every field, section by section in the order of the records. The fields of a column have paths like <c>train.columns.*.dtype</c>.</summary>
    public static ImmutableArray<SpecField> All { get; } = [.. FieldsOf(SectionSpecType.Of(typeof(RunSpec)), "", hasFlags: true, isInIdentity: true)];

    /// <summary><c>ascent.learningRate</c>.</summary>
    public string Path { get; }

    /// <summary><c>--ascent-learning-rate</c>; null for the fields of a column, which are set by <c>--train-columns</c>.</summary>
    public string? Flag { get; }

    public string Description { get; }

    /// <summary>"<c>a number above 0</c>".</summary>
    public string Expected { get; }

    public bool IsRequired { get; }

    /// <summary>False when the field is no part of the run's identity.</summary>
    public bool IsInIdentity { get; }

    /// <summary>As JSON; null when the field is required.</summary>
    public string? DefaultText { get; }

    /// <summary>The flag may be given several times.</summary>
    public bool AllowsMany => Type.AllowsMany;

    /// <summary>The flag without a value means true: a switch, or an optional section with its defaults.</summary>
    public bool IsSwitch => Type.IsSwitch;

    /// <summary>What the value may be; empty when it is no choice.</summary>
    public ImmutableArray<string> Choices => Type.Choices;

    internal SpecType Type { get; }

    private static IEnumerable<SpecField> FieldsOf(SectionSpecType section, string prefix, bool hasFlags, bool isInIdentity)
    {
        var defaults = section.CreateDefault();
        foreach (var property in section.Properties)
        {
            var path = prefix + property.Name;
            var counts = isInIdentity && property.IsInIdentity;
            var nested = property.Type as SectionSpecType;
            if (nested is null || property.AllowsNull)
                yield return new SpecField(path, hasFlags ? FlagOf(path) : null, property, defaults, counts);
            var children = nested is not null ? FieldsOf(nested, path + ".", hasFlags, counts)
                : property.Type is MapSpecType<ColumnSpec> map ? FieldsOf(map.Section, path + ".*.", hasFlags: false, counts)
                : [];
            foreach (var child in children)
                yield return child;
        }
    }

    private static string FlagOf(string path) =>
        "--" + string.Join('-', path.Split('.').Select(JsonNamingPolicy.KebabCaseLower.ConvertName));

    private static string Json(SpecProperty property, object section)
    {
        if (property.Get(section) is not { } value)
            return "null";
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
            property.Type.Write(json, value, identityOnly: false);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
