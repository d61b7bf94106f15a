using System.Text.Json.Nodes;

namespace MirroredInfluence;

/// <summary>Lays flags over a spec, before the strict reader sees it.</summary>
public static class SpecFlags
{
    /// <summary>Sets a field to what its flag says. Sections on the way are made.</summary>
    /// <param name="spec">Changed in place.</param>
    /// <param name="field">One with a flag.</param>
    /// <param name="values">As typed, one or more; "true" for a switch without a value.</param>
    /// <exception cref="MirroredException">Invalid: the spec holds something other than an object on the way, or a column is not written as argument=column.</exception>
    public static void Apply(JsonObject spec, SpecField field, IReadOnlyList<string> values)
    {
        var names = field.Path.Split('.');
        var section = spec;
        foreach (var name in names[..^1])
        {
            section[name] ??= new JsonObject();
            section = section[name] as JsonObject
                ?? throw Failure.Invalid($"{field.Flag}: the spec's {name} is {section[name]!.ToJsonString()}; expected an object.");
        }

        var current = section[names[^1]];
        section.Remove(names[^1]);
        section[names[^1]] = field.Type.FromFlags(values, current);
    }
}
