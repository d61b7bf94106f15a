using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using MirroredInfluence.Engine;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Cli.Tests.Telemetry;

/// <summary>docs/reference/telemetry.md against the instruments.</summary>
public sealed partial class ReferenceTests
{
    private static readonly string Reference = File.ReadAllText(Repository.Path("docs", "reference", "telemetry.md"));

    [Fact]
    public void EveryInstrument_IsInTheTable_WithItsKindAndUnit()
    {
        var made = Instruments().Select(instrument => (instrument.Name, Kind: KindOf(instrument), Unit: instrument.Unit!)).Order();

        Assert.Equal(made, Rows().Select(row => (row.Name, row.Kind, row.Unit)).Order());
    }

    /// <summary>Prometheus's translation: dots become underscores, units words, counters end in _total; a unit in braces is left out.</summary>
    [Fact]
    public void NamesInPrometheus_AreTranslated()
    {
        Assert.All(Rows(), row =>
        {
            var unit = row.Unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" };
            Assert.Equal($"{row.Name.Replace('.', '_')}{unit}{(row.Kind == "counter" ? "_total" : "")}", row.InPrometheus);
        });
    }

    [Fact]
    public void Reasons_AreThoseOfScoring()
    {
        var reasons = Enum.GetValues<UnscorableReason>().Except([UnscorableReason.None, UnscorableReason.PoisonedShard]).Select(reason => $"`{SpecName.Of(reason)}`");

        Assert.Contains($"| `mirrored.unscorable.reason` | {string.Join(", ", reasons)} |", Reference, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_FollowTheConventions()
    {
        Assert.All(Instruments(), instrument =>
        {
            Assert.Matches("^mirrored(\\.[a-z][a-z_]*)+$", instrument.Name);
            Assert.Matches("^(s|By|\\{[a-z]+\\})$", instrument.Unit);
            Assert.EndsWith(".", instrument.Description, StringComparison.Ordinal);
        });
    }

    private static List<Instrument> Instruments()
    {
        RunStatically(typeof(LocalEngine).Assembly.GetType("MirroredInfluence.Engine.EngineTelemetry", throwOnError: true)!);
        RunStatically(typeof(ObjectStores).Assembly.GetType("MirroredInfluence.Storage.StorageTelemetry", throwOnError: true)!);
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

        static void RunStatically(Type type) => RuntimeHelpers.RunClassConstructor(type.TypeHandle);
    }

    private static string KindOf(Instrument instrument) => instrument.GetType().Name.Split('`')[0].ToLowerInvariant();

    private static IEnumerable<(string Name, string Kind, string Unit, string InPrometheus)> Rows() =>
        Row().Matches(Reference).Select(row => (row.Groups[1].Value, row.Groups[2].Value, row.Groups[3].Value, row.Groups[4].Value));

    [GeneratedRegex(@"^\| `([a-z_.]+)` \| (counter|histogram) \| `([^`]+)` \| .* \| `([a-z_]+)` \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
