using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace MirroredInfluence.Report;

/// <summary>How JSON is written: compact; letters of every script as they are; &lt;, &gt;, &amp; and quotes escaped, so that no text can end the element around it.</summary>
internal static class JsonStyle
{
    public static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };
}
