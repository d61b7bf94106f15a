namespace MirroredInfluence.Arrow;

/// <summary>Bytes of any length.</summary>
public sealed class BinaryColumnWriter(string name, bool nullable = false) : VariableColumnWriter(name, ArrowKind.Binary, nullable)
{
    public void Append(ReadOnlySpan<byte> value) => AppendBytes(value);
}
