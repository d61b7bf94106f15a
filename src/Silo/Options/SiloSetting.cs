using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;

namespace MirroredInfluence.Silo;

/// <summary>A setting, as help and refusals show it: a property that describes itself.</summary>
internal sealed class SiloSetting
{
    private readonly PropertyInfo _property;
    private readonly Type _type;
    private readonly RangeAttribute? _range;

    private SiloSetting(PropertyInfo property)
    {
        _property = property;
        _type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        _range = property.GetCustomAttribute<RangeAttribute>();
        Description = property.GetCustomAttribute<DescriptionAttribute>()!.Description;
        Choices = _type.IsEnum ? Enum.GetNames(_type) : [];
    }

    public string Name => _property.Name;

    public string Description { get; }

    /// <summary>What the value may be; empty when it is no choice.</summary>
    public string[] Choices { get; }

    /// <summary>As the end of "expected …".</summary>
    public string Expected => _type switch
    {
        { IsEnum: true } => $"one of {string.Join(", ", Choices)}",
        _ when _type == typeof(bool) => "true or false",
        _ when _type == typeof(int) => $"a whole number{RangeText()}",
        _ when _type == typeof(double) => $"a number{RangeText()}",
        _ => "text",
    };

    /// <summary>In the order they are declared.</summary>
    public static SiloSetting[] Of<T>() =>
        [.. typeof(T).GetProperties().Where(property => property.IsDefined(typeof(DescriptionAttribute))).OrderBy(property => property.MetadataToken).Select(property => new SiloSetting(property))];

    /// <param name="settings">Of the record that has the property.</param>
    public string? ValueText(object settings) =>
        _property.GetValue(settings) is { } value ? string.Create(CultureInfo.InvariantCulture, $"{(value is bool flag ? flag ? "true" : "false" : value)}") : null;

    /// <summary>False when the text is none of what is expected.</summary>
    public bool TrySet(object settings, string text)
    {
        if (Parse(text) is not { } value || _range?.IsValid(value) == false)
            return false;
        _property.SetValue(settings, value);
        return true;
    }

    private object? Parse(string text)
    {
        if (_type.IsEnum)
            return Choices.FirstOrDefault(choice => choice.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } choice ? Enum.Parse(_type, choice) : null;
        if (_type == typeof(bool))
            return bool.TryParse(text, out var flag) ? flag : null;
        if (_type == typeof(int))
            return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? whole : null;
        if (_type == typeof(double))
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
        return text;
    }

    private string RangeText() => _range is null ? "" : string.Create(CultureInfo.InvariantCulture, $" from {_range.Minimum} to {_range.Maximum}");
}
