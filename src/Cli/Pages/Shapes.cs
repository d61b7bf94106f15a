using System.Collections.Immutable;

namespace MirroredInfluence.Cli;

internal static class Shapes
{
    /// <summary><c>float32 [1, 28, 28]</c>; <c>float32</c> for a scalar; what is unknown is said.</summary>
    public static string Of(ElementType? dtype, ImmutableArray<int>? shape)
    {
        var type = dtype?.Name() ?? "any type";
        return shape switch
        {
            null => $"{type}, any shape",
            { IsEmpty: true } => type,
            { } sizes => $"{type} [{string.Join(", ", sizes)}]",
        };
    }
}
