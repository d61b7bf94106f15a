namespace MirroredInfluence;

/// <summary>Sizes and names of element types. Names are those of numpy and Arrow: <c>uint8</c>, <c>float32</c>, …</summary>
public static class ElementTypes
{
    /// <summary>Bytes of one element in a tensor.</summary>
    public static int SizeBytes(this ElementType type) => type switch
    {
        ElementType.Bool or ElementType.Int8 or ElementType.UInt8 => 1,
        ElementType.Int16 or ElementType.UInt16 or ElementType.Float16 => 2,
        ElementType.Int32 or ElementType.UInt32 or ElementType.Float32 => 4,
        ElementType.Int64 or ElementType.UInt64 or ElementType.Float64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    };

    public static bool IsFloat(this ElementType type) => type is ElementType.Float16 or ElementType.Float32 or ElementType.Float64;

    public static string Name(this ElementType type) => SpecName.Of(type);

    public static bool TryParse(string name, out ElementType type)
    {
        foreach (var candidate in Enum.GetValues<ElementType>())
        {
            if (candidate.Name() == name)
            {
                type = candidate;
                return true;
            }
        }

        type = default;
        return false;
    }
}
