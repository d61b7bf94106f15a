using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace MirroredInfluence.Report;

/// <summary>
/// The page around the data. Its policy lets only its own script and style run, by their digests: a text that slipped into the markup could still do nothing.
/// </summary>
internal sealed class PageTemplate
{
    private const string DataMark = "{{data}}";

    private readonly string _head;
    private readonly string _tail;

    public PageTemplate(string title)
    {
        var style = Asset("report.css");
        var script = Asset("report.js");
        var policy = $"default-src 'none'; img-src data:; style-src '{Digest(style)}'; script-src '{Digest(script)}'; base-uri 'none'; form-action 'none'";
        var page = Asset("report.html");
        var split = page.IndexOf(DataMark, StringComparison.Ordinal);
        _head = page[..split]
            .Replace("{{policy}}", policy, StringComparison.Ordinal)
            .Replace("{{style}}", style, StringComparison.Ordinal)
            .Replace("{{title}}", WebUtility.HtmlEncode(title), StringComparison.Ordinal);
        _tail = page[(split + DataMark.Length)..].Replace("{{script}}", script, StringComparison.Ordinal);
    }

    public void WriteHead(Stream destination) => destination.Write(Encoding.UTF8.GetBytes(_head));

    public void WriteTail(Stream destination) => destination.Write(Encoding.UTF8.GetBytes(_tail));

    private static string Digest(string text) => $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";

    private static string Asset(string name)
    {
        using var stream = typeof(PageTemplate).Assembly.GetManifestResourceStream(name) ?? throw Failure.Internal($"The assembly has no resource {name}.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
