namespace MirroredInfluence.Report;

/// <summary>ANSI colours, or none.</summary>
internal readonly struct Ink(bool usesColor)
{
    public string Faint(string text) => Paint("2", text);

    public string Strong(string text) => Paint("1", text);

    /// <summary>A proponent's figure in blue, an opponent's in yellow: a pair that colour-blind eyes tell apart.</summary>
    public string Signed(float influence, string text) => Paint(influence < 0 ? "33" : "34", text);

    private string Paint(string code, string text) => usesColor && text.AsSpan().Trim().Length > 0 ? $"\e[{code}m{text}\e[0m" : text;
}
