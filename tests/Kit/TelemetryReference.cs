using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace MirroredInfluence.Testing;

/// <summary>A table of docs/reference/telemetry.md, and the instruments that it should list.</summary>
internal static partial class TelemetryReference
{
    public static string Text { get; } = File.ReadAllText(Repository.Path("docs", "reference", "telemetry.md"));

    /// <param name="section">Its heading.</param>
    public static IEnumerable<(string Name, string Kind, string Unit, string InPrometheus)> Rows(string section)
    {
        var text = Text[Text.IndexOf($"\n## {section}\n", StringComparison.Ordinal)..];
        return Row().Matches(text[..text.IndexOf("\n## ", 1, StringComparison.Ordinal)]).Select(row => (row.Groups[1].Value, row.Groups[2].Value, row.Groups[3].Value, row.Groups[4].Value));
    }

    /// <param name="classes">That make the instruments.</param>
    public static IReadOnlyList<Instrument> Instruments(params IEnumerable<Type> classes)
    {
        foreach (var type in classes)
            RuntimeHelpers.RunClassConstructor(type.TypeHandle);
        var instruments = new List<Instrument>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name.StartsWith("MirroredInfluence.", StringComparison.Ordinal))
                    instruments.Add(instrument);
            },
        };
        listener.Start();
        return instruments;
    }

    /// <summary>Names and units as OpenTelemetry's conventions and Prometheus's translation want them: dots become underscores, units words, counters end in _total; a unit in braces is left out.</summary>
    public static void AssertListed(string section, IReadOnlyList<Instrument> instruments)
    {
        var rows = Rows(section).ToArray();
        Assert.Equal(
            instruments.Select(instrument => (instrument.Name, Kind: instrument.GetType().Name.Split('`')[0].ToLowerInvariant(), Unit: instrument.Unit!)).Order(),
            rows.Select(row => (row.Name, row.Kind, row.Unit)).Order());
        Assert.All(rows, row =>
        {
            var unit = row.Unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" };
            Assert.Equal($"{row.Name.Replace('.', '_')}{unit}{(row.Kind == "counter" ? "_total" : "")}", row.InPrometheus);
        });
        Assert.All(instruments, instrument =>
        {
            Assert.Matches("^mirrored(\\.[a-z][a-z_]*)+$", instrument.Name);
            Assert.Matches("^(s|By|\\{[a-z]+\\})$", instrument.Unit);
            Assert.EndsWith(".", instrument.Description, StringComparison.Ordinal);
        });
    }

    [GeneratedRegex(@"^\| `([a-z_.]+)` \| (counter|histogram|updowncounter) \| `([^`]+)` \| .* \| `([a-z_]+)` \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
