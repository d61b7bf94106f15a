using System.Globalization;

namespace MirroredInfluence.Cli;

/// <summary>Numbers as people read them.</summary>
internal static class Quantity
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

    /// <summary><c>3.4 GiB</c></summary>
    public static string Bytes(double bytes)
    {
        var unit = 0;
        for (; bytes >= 1024 && unit < Units.Length - 1; unit++)
            bytes /= 1024;
        return bytes.ToString(unit == 0 || bytes >= 100 ? "F0" : "F1", CultureInfo.InvariantCulture) + " " + Units[unit];
    }

    /// <summary><c>42 s</c>, <c>3 min 20 s</c>, <c>2 h 05 min</c></summary>
    public static string Duration(double seconds)
    {
        if (seconds < 10)
            return seconds.ToString("F1", CultureInfo.InvariantCulture) + " s";
        var whole = TimeSpan.FromSeconds(Math.Round(seconds));
        if (whole.TotalMinutes < 1)
            return $"{whole.Seconds} s";
        return whole.TotalHours < 1 ? $"{whole.Minutes} min {whole.Seconds:00} s" : $"{(long)whole.TotalHours:N0} h {whole.Minutes:00} min";
    }
}
