using System.Globalization;

namespace MirroredInfluence;

/// <summary>A number of things as people say it.</summary>
public static class Counted
{
    /// <summary><c>1 row</c>, <c>12,000 rows</c>, <c>2 queries</c></summary>
    public static string Of(long count, string noun) =>
        $"{count.ToString("N0", CultureInfo.InvariantCulture)} {(count == 1 ? noun : noun.EndsWith('y') ? $"{noun[..^1]}ies" : $"{noun}s")}";
}
