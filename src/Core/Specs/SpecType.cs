using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MirroredInfluence;

/// <summary>How values of one .NET type are read from JSON and flags and written to JSON. Everything about specs is derived from the records by these types.</summary>
internal abstract class SpecType
{
    /// <summary>What a message says was expected: "<c>a whole number</c>".</summary>
    public abstract string Expected { get; }

    /// <summary>A flag may be given several times.</summary>
    public virtual bool AllowsMany => false;

    /// <summary>A flag without a value means true.</summary>
    public virtual bool IsSwitch => false;

    public virtual ImmutableArray<string> Choices => [];

    public static SpecType Of(Type type)
    {
        if (type == typeof(string))
            return new TextSpecType();
        if (type == typeof(bool))
            return new SwitchSpecType();
        if (type.IsEnum)
            return new ChoiceSpecType(type);
        if (type == typeof(int))
            return new NumberSpecType<int>();
        if (type == typeof(long))
            return new NumberSpecType<long>();
        if (type == typeof(ulong))
            return new NumberSpecType<ulong>();
        if (type == typeof(double))
            return new NumberSpecType<double>();
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>))
            return Generic(typeof(ListSpecType<>), type.GetGenericArguments()[0]);
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableSortedDictionary<,>))
            return Generic(typeof(MapSpecType<>), type.GetGenericArguments()[1]);
        return SectionSpecType.Of(type);
    }

    /// <summary>False when the value is of another type. Throws for a fault further inside, naming its own path.</summary>
    public abstract bool TryRead(JsonElement json, string path, out object value);

    /// <param name="json">Destination.</param>
    /// <param name="value">Not null.</param>
    /// <param name="identityOnly">Leaves out what <see cref="OutsideIdentityAttribute"/> marks.</param>
    public abstract void Write(Utf8JsonWriter json, object value, bool identityOnly);

    /// <summary>What flags say, as JSON for the strict reader, which refuses what makes no sense.</summary>
    /// <param name="values">One or more, as typed.</param>
    /// <param name="current">What the spec holds so far.</param>
    public abstract JsonNode? FromFlags(IReadOnlyList<string> values, JsonNode? current);

    private static SpecType Generic(Type definition, Type argument) =>
        (SpecType)Activator.CreateInstance(definition.MakeGenericType(argument))!;
}
