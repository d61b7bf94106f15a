namespace MirroredInfluence.Arrow;

/// <summary>Bytes of any length.</summary>
public sealed class BinaryColumnWriter : ColumnWriter
{
    public BinaryColumnWriter(string name, bool nullable = false)
    {
    }

    public void Append(ReadOnlySpan<byte> value) => throw new NotSupportedException();
}
