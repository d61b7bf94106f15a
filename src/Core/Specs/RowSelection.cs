using System.Collections.Immutable;
using System.Globalization;

namespace MirroredInfluence;

/// <summary>Rows by 0-based index, written <c>0..9,42</c> with inclusive ranges. Kept as ascending half-open ranges that do not touch.</summary>
public sealed class RowSelection
{
    private RowSelection(ImmutableArray<(long Start, long End)> ranges) => Ranges = ranges;

    /// <summary>[Start, End), ascending.</summary>
    public ImmutableArray<(long Start, long End)> Ranges { get; }

    /// <summary>The rows, ascending, each once.</summary>
    public IEnumerable<long> Rows
    {
        get
        {
            foreach (var (start, end) in Ranges)
            {
                for (var row = start; row < end; row++)
                    yield return row;
            }
        }
    }

    /// <exception cref="MirroredException">Invalid: not of this form.</exception>
    public static RowSelection Parse(string text)
    {
        var merged = new List<(long Start, long End)>();
        foreach (var range in text.Split(',').Select(part => ParseRange(part, text)).Order())
        {
            if (merged.Count > 0 && range.Start <= merged[^1].End)
                merged[^1] = (merged[^1].Start, Math.Max(merged[^1].End, range.End));
            else
                merged.Add(range);
        }

        return new RowSelection([.. merged]);
    }

    private static (long Start, long End) ParseRange(string part, string text)
    {
        var bounds = part.Trim().Split("..");
        if (bounds.Length <= 2 && TryParseIndex(bounds[0], out var first) && TryParseIndex(bounds[^1], out var last) && first <= last)
            return (first, last + 1);
        throw Failure.Invalid($"test.rows: found '{part}' in '{text}'; expected 0-based indexes and inclusive ranges like 0..9,42.");
    }

    private static bool TryParseIndex(string text, out long index) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out index) && index < long.MaxValue;
}
