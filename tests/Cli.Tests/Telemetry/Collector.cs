using System.Collections.Concurrent;

namespace MirroredInfluence.Cli.Tests.Telemetry;

/// <summary>An OpenTelemetry collector on a free port, OTLP over HTTP, that keeps what it is sent (opentelemetry-proto 1.x).</summary>
internal sealed class Collector : IDisposable
{
    private readonly ConcurrentQueue<ProtobufMessage> _metrics = [];
    private readonly ConcurrentQueue<ProtobufMessage> _traces = [];
    private readonly LoopbackServer _server;

    public Collector() => _server = LoopbackServer.Start(request =>
    {
        var queue = request.Target switch { "/v1/metrics" => _metrics, "/v1/traces" => _traces, _ => throw new InvalidDataException(request.Target) };
        queue.Enqueue(ProtobufMessage.Parse(request.Body));
        Bodies.Enqueue(request.Body);
        return Task.FromResult<LoopbackAnswer?>(new LoopbackAnswer(200));
    });

    public Dictionary<string, string> Environment => EnvironmentOf(_server.Address);

    /// <summary>All that came, as it came.</summary>
    public ConcurrentQueue<byte[]> Bodies { get; } = [];

    /// <summary>The last value of each instrument and its attributes; of a histogram, the number of values.</summary>
    public IReadOnlyDictionary<(string Name, string Attributes), double> Metrics => _metrics
        .SelectMany(request => request.Messages(1, 2, 2))
        .SelectMany(metric => PointsOf(metric).Select(point => (Key: (metric.Text(1), point.Attributes), point.Value)))
        .GroupBy(point => point.Key)
        .ToDictionary(points => points.Key, points => points.Last().Value);

    public IEnumerable<string> Units => _metrics.SelectMany(request => request.Messages(1, 2, 2)).Select(metric => $"{metric.Text(1)} {metric.Text(3)}").Distinct();

    public IReadOnlyList<(string Name, string Id, string ParentId, string Attributes, long Status)> Spans =>
    [
        .. _traces.SelectMany(request => request.Messages(1, 2, 2)).Select(span => (
            span.Text(5), Convert.ToHexString(span.Bytes(2)), Convert.ToHexString(span.Bytes(4)), AttributesOf(span, 9), span.Messages(15).Sum(status => status.Integer(3)))),
    ];

    /// <summary>Of every process that sent something.</summary>
    public IEnumerable<string> Resources => _metrics.Concat(_traces).SelectMany(request => request.Messages(1, 1)).Select(resource => AttributesOf(resource, 1)).Distinct();

    public double this[string name, string attributes = ""] => Metrics[(name, attributes)];

    public static Dictionary<string, string> EnvironmentOf(Uri address) => new()
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = address.ToString(),
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
    };

    public void Dispose() => _server.Dispose();

    private static IEnumerable<(string Attributes, double Value)> PointsOf(ProtobufMessage metric) =>
        metric.Messages(7, 1).Select(point => (AttributesOf(point, 7), point.Has(6) ? point.Integer(6) : point.Real(4)))
            .Concat(metric.Messages(9, 1).Select(point => (AttributesOf(point, 9), (double)point.Integer(4))));

    /// <summary>"name=value, name=value".</summary>
    private static string AttributesOf(ProtobufMessage message, int number) => string.Join(", ", message.Messages(number)
        .Select(attribute => (Name: attribute.Text(1), Value: attribute.Messages(2).Single()))
        .Select(attribute => $"{attribute.Name}={(attribute.Value.Has(1) ? attribute.Value.Text(1) : attribute.Value.Integer(3).ToString())}")
        .Order(StringComparer.Ordinal));
}
