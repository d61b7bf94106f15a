using System.Collections.Immutable;
using MirroredInfluence.Arrow;

namespace MirroredInfluence.Engine;

/// <summary>Looks for columns without binding them.</summary>
internal static class ArrowColumns
{
    /// <param name="path">A name, or a path through structs: <c>image.bytes</c>.</param>
    public static bool Has(ImmutableArray<ArrowField> fields, string path) => fields.Any(field =>
        field.Name == path
        || (path.StartsWith(field.Name + ".", StringComparison.Ordinal) && Has(field.Children, path[(field.Name.Length + 1)..])));
}
