using System.Globalization;
using System.Text;

namespace MirroredInfluence.Report;

/// <summary>Texts that others wrote, in a line of a terminal.</summary>
internal static class Line
{
    /// <summary>Without control and format characters, which could move the cursor, colour or hide text.</summary>
    public static string Printable(string text)
    {
        var safe = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            var isSafe = Rune.GetUnicodeCategory(rune) is not (
                UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
            safe.Append(isSafe ? rune.ToString() : "�");
        }

        return safe.ToString();
    }

    /// <summary>Exactly so many columns: padded, or cut in the middle, since both ends of names and paths tell.</summary>
    public static string Fit(string text, int width)
    {
        var excess = WidthOf(text) - width;
        if (excess <= 0)
            return text + new string(' ', -excess);
        var head = Start(text, width / 2);
        var tail = End(text, width - 1 - WidthOf(head));
        return Fit(head + "…" + tail, width);
    }

    public static int WidthOf(string text) => text.EnumerateRunes().Sum(WidthOf);

    private static string Start(string text, int width)
    {
        var end = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            width -= WidthOf(rune);
            if (width < 0)
                break;
            end += rune.Utf16SequenceLength;
        }

        return text[..end];
    }

    private static string End(string text, int width)
    {
        var skipped = WidthOf(text) - width;
        var start = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (skipped <= 0)
                break;
            skipped -= WidthOf(rune);
            start += rune.Utf16SequenceLength;
        }

        return text[start..];
    }

    /// <summary>Terminal columns: none for marks, two for the East Asian wide blocks and emoji.</summary>
    private static int WidthOf(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark ? 0
        : rune.Value is (>= 0x1100 and <= 0x115f) or (>= 0x2e80 and <= 0xa4cf) or (>= 0xac00 and <= 0xd7a3) or (>= 0xf900 and <= 0xfaff)
            or (>= 0xfe30 and <= 0xfe6f) or (>= 0xff00 and <= 0xff60) or (>= 0xffe0 and <= 0xffe6) or (>= 0x1f300 and <= 0x1faff) or (>= 0x20000 and <= 0x3fffd) ? 2
        : 1;
}
