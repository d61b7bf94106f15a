using System.Text;

namespace MirroredInfluence.Arrow;

/// <summary>UTF-8 text.</summary>
public sealed class TextColumnWriter(string name, bool nullable = false) : VariableColumnWriter(name, ArrowKind.Utf8, nullable)
{
    /// <param name="value">Null only where the field is nullable.</param>
    public void Append(string? value)
    {
        if (value is null)
            AppendNull();
        else
            AppendBytes(Encoding.UTF8.GetBytes(value));
    }
}
