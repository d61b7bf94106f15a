using System.Text.Json;
using System.Text.RegularExpressions;

namespace MirroredInfluence.Report.Tests;

/// <summary>The markup of a page and the JSON it carries.</summary>
internal sealed partial class PageText
{
    public PageText(string path)
    {
        Html = File.ReadAllText(path);
        Blocks = Block().Matches(Html).ToDictionary(match => match.Groups["id"].Value, match => JsonDocument.Parse(match.Groups["json"].Value).RootElement);
    }

    public string Html { get; }

    public IReadOnlyDictionary<string, JsonElement> Blocks { get; }

    public JsonElement Run => Blocks["run"];

    /// <summary>A column of all rows: caption, id, picture, …</summary>
    public IEnumerable<JsonElement> Rows(string column) =>
        Enumerable.Range(0, Blocks.Keys.Count(id => id.StartsWith("rows-", StringComparison.Ordinal)))
            .SelectMany(block => Blocks[$"rows-{block}"].GetProperty(column).EnumerateArray());

    public IEnumerable<byte[]> Pictures() =>
        Enumerable.Range(0, Blocks.Keys.Count(id => id.StartsWith("pictures-", StringComparison.Ordinal)))
            .SelectMany(block => Blocks[$"pictures-{block}"].EnumerateArray().Select(picture => picture.GetBytesFromBase64()));

    public IEnumerable<string> Notes() => Run.GetProperty("notes").EnumerateArray().Select(note => note.GetString()!);

    [GeneratedRegex("""<script type="application/json" id="(?<id>[^"]+)">(?<json>.*?)</script>""", RegexOptions.Singleline)]
    private static partial Regex Block();
}
