using System.Globalization;

namespace MirroredInfluence.Report;

/// <summary>Numbers of a table's columns: four decimals, so that they line up, or an exponent.</summary>
internal static class Figure
{
    public static string Signed(double value) => (value > 0 ? "+" : "") + Of(value);

    public static string Of(double value) => value switch
    {
        0 => "0",
        _ when Math.Abs(value) is < 1e-3 or >= 1e5 => value.ToString("0.000e0", CultureInfo.InvariantCulture),
        _ => value.ToString("F4", CultureInfo.InvariantCulture),
    };
}
