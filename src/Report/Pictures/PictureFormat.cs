namespace MirroredInfluence.Report;

/// <summary>Encoded pictures that every browser draws, told by their first bytes. SVG is none of them: it is a document.</summary>
internal static class PictureFormat
{
    private const int MagicBytes = 12;

    public static bool IsPicture(ReadOnlySpan<byte> bytes) =>
        bytes.Length > MagicBytes
        && (bytes.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G'])
            || bytes.StartsWith((ReadOnlySpan<byte>)[0xff, 0xd8, 0xff])   // JPEG
            || bytes.StartsWith("GIF8"u8)
            || (bytes.StartsWith("RIFF"u8) && bytes[8..].StartsWith("WEBP"u8)));
}
