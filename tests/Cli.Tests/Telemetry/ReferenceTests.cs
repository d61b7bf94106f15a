using MirroredInfluence.Engine;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Cli.Tests.Telemetry;

/// <summary>docs/reference/telemetry.md against the instruments.</summary>
public sealed class ReferenceTests
{
    [Fact]
    public void EveryInstrument_IsInTheTable() => TelemetryReference.AssertListed("Metrics", TelemetryReference.Instruments(
        typeof(LocalEngine).Assembly.GetType("MirroredInfluence.Engine.EngineTelemetry", throwOnError: true)!,
        typeof(ObjectStores).Assembly.GetType("MirroredInfluence.Storage.StorageTelemetry", throwOnError: true)!));

    [Fact]
    public void Reasons_AreThoseOfScoring()
    {
        var reasons = Enum.GetValues<UnscorableReason>().Except([UnscorableReason.None, UnscorableReason.PoisonedShard]).Select(reason => $"`{SpecName.Of(reason)}`");

        Assert.Contains($"| `mirrored.unscorable.reason` | {string.Join(", ", reasons)} |", TelemetryReference.Text, StringComparison.Ordinal);
    }
}
