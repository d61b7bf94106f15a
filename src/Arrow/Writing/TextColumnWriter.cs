namespace MirroredInfluence.Arrow;

/// <summary>UTF-8 text.</summary>
public sealed class TextColumnWriter : ColumnWriter
{
    public TextColumnWriter(string name, bool nullable = false)
    {
    }

    /// <param name="value">Null only where the field is nullable.</param>
    public void Append(string? value) => throw new NotSupportedException();
}
