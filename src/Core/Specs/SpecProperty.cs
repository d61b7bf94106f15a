using System.Collections;
using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace MirroredInfluence;

/// <summary>A field of a section: what its record's property declares.</summary>
internal sealed class SpecProperty
{
    private readonly PropertyInfo _property;
    private readonly RangeAttribute? _range;
    private readonly RegularExpressionAttribute? _pattern;

    public SpecProperty(PropertyInfo property)
    {
        _property = property;
        _range = property.GetCustomAttribute<RangeAttribute>();
        _pattern = property.GetCustomAttribute<RegularExpressionAttribute>();
        Name = JsonNamingPolicy.CamelCase.ConvertName(property.Name);
        Type = SpecType.Of(Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType);
        Description = property.GetCustomAttribute<DescriptionAttribute>()?.Description ?? "";
        IsRequired = property.IsDefined(typeof(RequiredMemberAttribute));
        IsInIdentity = !property.IsDefined(typeof(OutsideIdentityAttribute));
        AllowsNull = new NullabilityInfoContext().Create(property).WriteState == NullabilityState.Nullable;
    }

    public string Name { get; }

    public SpecType Type { get; }

    public string Description { get; }

    public bool IsRequired { get; }

    public bool IsInIdentity { get; }

    public bool AllowsNull { get; }

    public string Expected => _pattern?.ErrorMessage ?? (Type.Expected + RangeText());

    public static string Shown(JsonElement json)
    {
        var text = json.GetRawText().ReplaceLineEndings(" ");
        return text.Length <= 80 ? text : text[..77] + "...";
    }

    public object? Get(object section) => _property.GetValue(section);

    public void Read(JsonElement json, string path, object section)
    {
        if (json.ValueKind == JsonValueKind.Null && AllowsNull)
            return;
        if (!Type.TryRead(json, path, out var value) || !IsAllowed(value))
            throw Failure.Invalid($"{path}: found {Shown(json)}; expected {Expected}{Ending(json)}");
        _property.SetValue(section, value);
    }

    private bool IsAllowed(object value) => value switch
    {
        string text => _pattern is null || _pattern.IsValid(text),
        ImmutableArray<string> { IsEmpty: true } => false,
        IEnumerable elements and not IDictionary when _range is not null => elements.Cast<object>().All(_range.IsValid),
        _ => _range is null || _range.IsValid(value),
    };

    private string RangeText()
    {
        if (_range is null)
            return "";
        var minimum = string.Create(CultureInfo.InvariantCulture, $"{_range.Minimum}");
        var maximum = string.Create(CultureInfo.InvariantCulture, $"{_range.Maximum}");
        if (_range.Maximum is int.MaxValue or double.PositiveInfinity)
            return _range.MinimumIsExclusive ? $" above {minimum}" : $" of {minimum} or more";
        return $" from {minimum} to {(_range.MaximumIsExclusive ? "below " : "")}{maximum}";
    }

    private string Ending(JsonElement json) =>
        json.ValueKind == JsonValueKind.String ? NearestName.Ending(json.GetString()!, Type.Choices) : ".";
}
