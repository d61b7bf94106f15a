using System.Text;
using System.Text.Json;

namespace MirroredInfluence.Report;

/// <summary>Writes blocks of JSON into the page.</summary>
internal sealed class PageBlocks(Stream destination)
{
    /// <param name="id">The element's id.</param>
    public void Write(string id, Action<Utf8JsonWriter> write)
    {
        destination.Write(Encoding.UTF8.GetBytes($"<script type=\"application/json\" id=\"{id}\">"));
        using (var json = new Utf8JsonWriter(destination, JsonStyle.Options))
            write(json);
        destination.Write("</script>\n"u8);
    }
}
