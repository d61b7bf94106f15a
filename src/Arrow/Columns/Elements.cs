namespace MirroredInfluence.Arrow;

/// <summary>Element types of .NET's own types; a bool column is read and written as bytes 0 and 1.</summary>
internal static class Elements
{
    public static ElementType Of<T>() where T : unmanaged => default(T) switch
    {
        bool => ElementType.Bool,
        sbyte => ElementType.Int8,
        short => ElementType.Int16,
        int => ElementType.Int32,
        long => ElementType.Int64,
        byte => ElementType.UInt8,
        ushort => ElementType.UInt16,
        uint => ElementType.UInt32,
        ulong => ElementType.UInt64,
        Half => ElementType.Float16,
        float => ElementType.Float32,
        double => ElementType.Float64,
        _ => throw new ArgumentException($"{typeof(T).Name} is not an element type."),
    };
}
