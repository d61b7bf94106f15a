namespace MirroredInfluence;

public enum RowValueKind : byte
{
    Null,

    /// <summary>Any integer that fits in 64 signed bits, whatever its stored width.</summary>
    Integer,

    /// <summary>An unsigned integer above <see cref="long.MaxValue"/>.</summary>
    Unsigned,
    Real,
    Boolean,
    Text,
    Bytes,
}
