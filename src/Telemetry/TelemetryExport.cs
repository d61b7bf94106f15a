using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace MirroredInfluence.Telemetry;

/// <summary>
/// Sends what the program measures to an OpenTelemetry collector (docs/reference/telemetry.md). One that is slow or gone costs the end of the program
/// <see cref="LastSendTimeMax"/> at most, and nothing else.
/// </summary>
public sealed class TelemetryExport : IDisposable
{
    private const string Ours = "MirroredInfluence.*";

    private static readonly TimeSpan LastSendTimeMax = TimeSpan.FromSeconds(5);

    private readonly OpenTelemetrySdk _sdk;

    private TelemetryExport(string serviceName, bool tracesAreWanted, bool metricsAreWanted) => _sdk = OpenTelemetrySdk.Create(builder => builder
        .ConfigureResource(process => Describe(process, serviceName))
        .WithTracing(traces => traces.AddSource(tracesAreWanted ? [Ours] : []))
        .WithMetrics(metrics => metrics.AddMeter(metricsAreWanted ? [Ours, "System.Net.Http"] : []))
        .UseOtlpExporter());

    /// <param name="serviceName">Unless the environment has another.</param>
    /// <returns>Null unless the environment names a collector in a way that the SDK takes: then nothing is measured.</returns>
    public static TelemetryExport? Start(string serviceName)
    {
        var (both, traces, metrics) = (IsNamed("ENDPOINT"), IsNamed("TRACES_ENDPOINT"), IsNamed("METRICS_ENDPOINT"));
        try
        {
            return both || traces || metrics ? new TelemetryExport(serviceName, both || traces, both || metrics) : null;
        }
        catch (Exception)
        {
            return null;   // it throws for headers that it cannot read; what it says may hold them, and they are secrets
        }
    }

    /// <summary>Sends what is not sent yet.</summary>
    public void Dispose() => Task.WaitAll([Task.Run(_sdk.TracerProvider.Dispose), Task.Run(_sdk.MeterProvider.Dispose)], LastSendTimeMax);

    private static bool IsNamed(string ending) => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable($"OTEL_EXPORTER_OTLP_{ending}"));

    /// <summary>What the environment says of this process comes first.</summary>
    private static void Describe(ResourceBuilder process, string serviceName) => process
        .Clear()
        .AddTelemetrySdk()
        .AddService(
            serviceName,
            serviceVersion: typeof(TelemetryExport).Assembly.GetName().Version!.ToString(3),
            serviceInstanceId: $"{Environment.MachineName}-{Environment.ProcessId}")
        .AddEnvironmentVariableDetector();
}
