using System.Collections;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace MirroredInfluence.Cli;

/// <summary>
/// Sends what the program measures to an OpenTelemetry collector (docs/reference/telemetry.md). One that is slow or gone costs the end of the program
/// <see cref="LastSendTimeMax"/> at most, and nothing else.
/// </summary>
internal sealed class TelemetryExport : IDisposable
{
    private static readonly TimeSpan LastSendTimeMax = TimeSpan.FromSeconds(5);

    private readonly TracerProvider _traces;
    private readonly MeterProvider _metrics;

    private TelemetryExport(TracerProvider traces, MeterProvider metrics) => (_traces, _metrics) = (traces, metrics);

    /// <returns>Null unless the environment names a collector: then nothing is measured.</returns>
    public static TelemetryExport? Start()
    {
        if (!Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Any(NamesACollector))
            return null;

        return new TelemetryExport(
            Sdk.CreateTracerProviderBuilder().SetResourceBuilder(Resource()).AddSource("MirroredInfluence.*").AddOtlpExporter().Build(),
            Sdk.CreateMeterProviderBuilder().SetResourceBuilder(Resource()).AddMeter("MirroredInfluence.*", "System.Net.Http").AddOtlpExporter().Build());
    }

    /// <summary>Sends what is not sent yet.</summary>
    public void Dispose() => Task.WaitAll([Task.Run(_traces.Dispose), Task.Run(_metrics.Dispose)], LastSendTimeMax);

    private static bool NamesACollector(DictionaryEntry variable) =>
        variable is { Key: "OTEL_EXPORTER_OTLP_ENDPOINT" or "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT" or "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", Value: not "" };

    /// <summary>What the environment says of this process comes first.</summary>
    private static ResourceBuilder Resource() => ResourceBuilder.CreateEmpty()
        .AddTelemetrySdk()
        .AddService(
            "mirrored",
            serviceVersion: typeof(TelemetryExport).Assembly.GetName().Version!.ToString(3),
            serviceInstanceId: $"{Environment.MachineName}-{Environment.ProcessId}")
        .AddEnvironmentVariableDetector();
}
