using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MirroredInfluence;

/// <summary>How enumerations are written in specs, results and messages: kebab-case, or as <see cref="JsonStringEnumMemberNameAttribute"/> says.</summary>
public static class SpecName
{
    /// <summary><c>train-owners</c>.</summary>
    public static string Of(Enum value)
    {
        var name = value.ToString();
        if (value is ElementType)
            return name.ToLowerInvariant();   // numpy's and Arrow's names have no hyphens
        return value.GetType().GetField(name)?.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name
            ?? JsonNamingPolicy.KebabCaseLower.ConvertName(name);
    }
}
