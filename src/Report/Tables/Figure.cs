using System.Globalization;

namespace MirroredInfluence.Report;

/// <summary>Numbers for people, four digits.</summary>
internal static class Figure
{
    private const int Digits = 4;

    public static string Signed(double value) => (value > 0 ? "+" : "") + Of(value);

    public static string Of(double value)
    {
        if (value == 0)
            return "0";
        var size = Math.Abs(value);
        if (size is < 1e-3 or >= 1e6)
            return value.ToString("0.000e0", CultureInfo.InvariantCulture);
        var decimals = Math.Max(0, Digits - 1 - (int)Math.Floor(Math.Log10(size)));
        return value.ToString("F" + decimals, CultureInfo.InvariantCulture);
    }
}
