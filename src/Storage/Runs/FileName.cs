using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MirroredInfluence.Storage;

/// <summary>Any text as the name of a file.</summary>
internal static class FileName
{
    private const int BytesMax = 200;

    /// <summary>
    /// ASCII letters, digits, '-', '_' and inner '.' stay; other UTF-8 bytes become %XX. A name over 200 bytes is cut and ends in 16 digits of its SHA-256.
    /// Different texts have different names.
    /// </summary>
    public static string Encode(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var name = new StringBuilder();
        foreach (var value in bytes)
        {
            var character = (char)value;
            if (char.IsAsciiLetterOrDigit(character) || character is '-' or '_' || (character == '.' && name.Length > 0))
                name.Append(character);
            else
                name.Append(CultureInfo.InvariantCulture, $"%{value:X2}");
        }

        return name.Length <= BytesMax ? name.ToString() : $"{name.ToString(0, BytesMax - 17)}~{Convert.ToHexStringLower(SHA256.HashData(bytes))[..16]}";
    }
}
