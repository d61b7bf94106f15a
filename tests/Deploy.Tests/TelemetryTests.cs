using System.Text.Json.Nodes;

namespace MirroredInfluence.Deploy.Tests;

/// <summary>How the chart brings workers to a collector.</summary>
public sealed class TelemetryTests
{
    [Fact]
    public async Task WithoutACollector_NothingIsMeasured() =>
        Assert.DoesNotContain("OTEL_", (await Chart.RenderAsync("connection-string")).Only("Job").ToJsonString(), StringComparison.Ordinal);

    [Fact]
    public async Task Workers_KnowTheCollectorAndTheirRun()
    {
        var job = (await Chart.RenderAsync("connection-string", "--set", "telemetry.endpoint=http://collector.observability:4318")).Only("Job");
        var variables = job.List("spec/template/spec/containers/0/env");

        Assert.Equal("AZURE_STORAGE_CONNECTION_STRING", variables[0].Text("name"));
        Assert.Equal(
            [
                ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector.observability:4318"),
                ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
                ("OTEL_SERVICE_NAME", "run"),
                ("NAMESPACE", null),
                ("OTEL_RESOURCE_ATTRIBUTES", "service.namespace=$(NAMESPACE)"),
            ],
            variables.Skip(1).Select(variable => (variable.Text("name"), variable.Text("value"))));
    }

    [Theory]
    [InlineData("http://collector:4318", "4318", """{"podSelector": {}}""")]
    [InlineData("http://collector.observability:4318", "4318", """{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "observability"}}}""")]
    [InlineData("http://collector.observability.svc:4318/otlp", "4318", """{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "observability"}}}""")]
    [InlineData("http://collector.observability.svc.cluster.local", "80", """{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "observability"}}}""")]
    public async Task Policy_LetsWorkersReachACollectorInTheCluster(string endpoint, string port, string peer)
    {
        var rule = (await EgressAsync("telemetry.endpoint=" + endpoint))[^1];

        Assert.Equal(port, Assert.Single(rule.List("ports")).Text("port"));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(peer), Assert.Single(rule.List("to"))), rule.ToJsonString());
    }

    [Theory]
    [InlineData("telemetry.endpoint=")]
    [InlineData("telemetry.endpoint=https://otlp.example.org")]
    [InlineData("telemetry.endpoint=https://collector.observability:443/otlp")]
    public async Task Policy_IsAsItWas_WhereNothingElseIsNeeded(string set) => Assert.Equal((await EgressAsync("workers=4")).Count, (await EgressAsync(set)).Count);

    [Fact]
    public async Task CollectorThatThePolicyKeepsFromWorkers_IsRefused()
    {
        const string Endpoint = "telemetry.endpoint=http://otlp.example.org:4318";

        Assert.Contains(
            "telemetry.endpoint is port 4318 of otlp.example.org, which is not in the cluster and which the network policy does not let workers reach: add a rule to networkPolicy.egress.",
            (await Chart.TemplateAsync("cpu", "--set", Endpoint)).Error, StringComparison.Ordinal);
        Assert.Equal(0, (await Chart.TemplateAsync("cpu", "--set", $"{Endpoint},networkPolicy.enabled=false")).ExitCode);
        Assert.Equal(0, (await Chart.TemplateAsync("cpu", "--set", $"{Endpoint},networkPolicy.egress[0].ports[0].port=4318")).ExitCode);
    }

    private static async Task<IReadOnlyList<JsonNode>> EgressAsync(string set) => (await Chart.RenderAsync("cpu", "--set", set)).Only("NetworkPolicy").List("spec/egress");
}
