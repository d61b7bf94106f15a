namespace MirroredInfluence.Report;

internal static class Caption
{
    /// <summary>At most so many UTF-16 units and an ellipsis; a character is never cut in two.</summary>
    public static string? Shorten(string? text, int lengthMax)
    {
        if (text is null || text.Length <= lengthMax)
            return text;
        return text[..(char.IsHighSurrogate(text[lengthMax - 1]) ? lengthMax - 1 : lengthMax)] + "…";
    }
}
