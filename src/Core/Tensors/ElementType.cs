namespace MirroredInfluence;

/// <summary>Element types of stored columns and of tensors. A stored bool is one bit in Arrow, one byte in a tensor.</summary>
public enum ElementType
{
    Bool,
    Int8,
    Int16,
    Int32,
    Int64,
    UInt8,
    UInt16,
    UInt32,
    UInt64,
    Float16,
    Float32,
    Float64,
}
