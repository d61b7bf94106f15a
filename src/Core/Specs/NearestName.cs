namespace MirroredInfluence;

/// <summary>Finds the known name a mistyped one probably means.</summary>
public static class NearestName
{
    /// <summary>The nearest of the names, or null when none is near: more than a third of the letters differ.</summary>
    public static string? Of(string name, IEnumerable<string> known) => known
        .Select(candidate => (candidate, Distance: Distance(name.ToLowerInvariant(), candidate.ToLowerInvariant())))
        .Where(pair => pair.Distance <= Math.Max(2, Math.Max(name.Length, pair.candidate.Length) / 3))
        .OrderBy(pair => pair.Distance).ThenBy(pair => pair.candidate, StringComparer.Ordinal)
        .Select(pair => pair.candidate)
        .FirstOrDefault();

    /// <summary>"<c>; did you mean ascent?</c>", or nothing.</summary>
    public static string Hint(string name, IEnumerable<string> known) => Of(name, known) is { } nearest ? $"; did you mean {nearest}?" : "";

    /// <summary>"<c>one of adam, sgd; did you mean adam?</c>"</summary>
    public static string Choices(string name, IEnumerable<string> known)
    {
        string[] names = [.. known];
        return $"one of {string.Join(", ", names)}{Hint(name, names).TrimEnd('?')}";
    }

    /// <summary>Levenshtein's.</summary>
    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var substituted = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[right.Length];
    }
}
