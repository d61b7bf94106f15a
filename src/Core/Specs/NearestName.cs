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

    /// <summary>How a message ends that has named what it expected: "<c>; did you mean ascent?</c>", or a full stop when none is near.</summary>
    public static string Ending(string name, IEnumerable<string> known) => Of(name, known) is { } nearest ? $"; did you mean {nearest}?" : ".";

    /// <summary>Letters to insert, delete, replace or swap with their neighbour (optimal string alignment).</summary>
    private static int Distance(string left, string right)
    {
        var distances = new int[left.Length + 1, right.Length + 1];
        for (var i = 0; i <= left.Length; i++)
        {
            for (var j = 0; j <= right.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    distances[i, j] = i + j;
                    continue;
                }

                var distance = distances[i - 1, j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
                distance = Math.Min(distance, 1 + Math.Min(distances[i - 1, j], distances[i, j - 1]));
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                    distance = Math.Min(distance, 1 + distances[i - 2, j - 2]);
                distances[i, j] = distance;
            }
        }

        return distances[left.Length, right.Length];
    }
}
