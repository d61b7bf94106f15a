using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace MirroredInfluence.Report;

/// <summary>
/// Writes blocks of JSON into the page. The encoder escapes &lt;, &gt;, &amp; and quotes in every text, so no text can end its block.
/// </summary>
internal sealed class PageBlocks(Stream destination)
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    /// <param name="id">The element's id.</param>
    public void Write(string id, Action<Utf8JsonWriter> write)
    {
        destination.Write(Encoding.UTF8.GetBytes($"<script type=\"application/json\" id=\"{id}\">"));
        using (var json = new Utf8JsonWriter(destination, Options))
            write(json);
        destination.Write("</script>\n"u8);
    }
}
