using System.Text;

namespace MirroredInfluence.Cli.Tests.Telemetry;

/// <summary>What a collector is sent, over the wire: 64 rows in four shards, one of them not a number.</summary>
public sealed class TelemetryTests : IAsyncLifetime
{
    private const int ImageBytes = 16 * sizeof(float);

    private static readonly string Model = ClassifierRows.Model;
    private static readonly string[] Spec =
    [
        "--model-uri", Model, "--train-shards", "train.arrow", "--test-shards", "train.arrow", "--compute-lanes", "1",
        "--compute-shard-rows", "16", "--score-mini-batch-rows", "8", "--score-max-unscorable", "0.1",
    ];

    private readonly TemporaryFolder _folder = new();

    public async ValueTask InitializeAsync()
    {
        ClassifierRows.Write(_folder, "train.npz", brokenRow: 40);
        await SucceedAsync([], "import", "train.npz", "--out", "train.arrow");
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task ARun_TellsACollectorWhatItDid()
    {
        using var collector = new Collector();
        await SucceedAsync(collector.Environment, ["run", "--out", "first", "--test-rows", "3,5", .. Spec]);

        Assert.Equal(ClassifierRows.Count - 1, collector["mirrored.rows.scored"]);
        Assert.Equal(1, collector["mirrored.rows.unscorable", "mirrored.unscorable.reason=non-finite-loss"]);
        Assert.Equal((ClassifierRows.Count + 8) * (ImageBytes + 1), collector["mirrored.rows.io"]);   // and the rehearsal's mini-batch
        Assert.Equal(4, collector["mirrored.shard.duration"]);
        Assert.Equal(2, collector["mirrored.ascent.duration"]);
        Assert.Equal(4, collector["mirrored.part.commits", "mirrored.commit.outcome=committed"]);
        Assert.Equal(4, collector["mirrored.cache.requests", "mirrored.cache.name=base-losses, mirrored.cache.result=miss"]);
        Assert.All(["rows", "base-losses", "workers"], cause => Assert.True(collector["mirrored.wait.time", $"mirrored.wait.cause={cause}"] > 0));
        Assert.Contains("mirrored.rows.scored {row}", collector.Units);
        Assert.Contains("mirrored.shard.duration s", collector.Units);
        Assert.Contains("mirrored.rows.io By", collector.Units);

        var run = Assert.Single(collector.Spans, span => span.Name == "run");
        Assert.Empty(run.ParentId);
        Assert.Matches("^mirrored.run.id=[0-9a-f]+$", run.Attributes);
        Assert.All(collector.Spans.Where(span => span.Name != "run"), span => Assert.Equal(run.Id, span.ParentId));
        Assert.Equal(
            ["ascent mirrored.query.name=row-3", "ascent mirrored.query.name=row-5", "plan ", "reduce ", .. Enumerable.Range(0, 4).Select(shard => $"shard mirrored.shard.index={shard}, mirrored.shard.rows=16")],
            collector.Spans.Where(span => span.Name != "run").Select(span => $"{span.Name} {span.Attributes}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task ALaterQuery_FindsItsBaseLosses()
    {
        using var collector = new Collector();
        await SucceedAsync([], ["run", "--out", "first", "--test-rows", "3", .. Spec]);
        await SucceedAsync(collector.Environment, ["run", "--out", "second", "--test-rows", "5", .. Spec]);

        Assert.Equal(4, collector["mirrored.cache.requests", "mirrored.cache.name=base-losses, mirrored.cache.result=hit"]);
        Assert.DoesNotContain(("mirrored.cache.requests", "mirrored.cache.name=base-losses, mirrored.cache.result=miss"), collector.Metrics.Keys);
    }

    [Fact]
    public async Task Workers_AreToldApart()
    {
        using var collector = new Collector();
        await Task.WhenAll(Enumerable.Range(0, 2).Select(worker => SucceedAsync(
            collector.Environment, ["work", "--out", "shared", "--worker", $"{worker}/2", "--beat-seconds", "1", "--test-rows", "3", .. Spec])));

        Assert.Equal(2, collector.Resources.Count());
        Assert.All(collector.Resources, resource => Assert.Contains("service.name=mirrored, service.version=", resource, StringComparison.Ordinal));
        Assert.Equal(["0", "1"], collector.Spans.Where(span => span.Name == "run").Select(span => span.Attributes[^1..]).Order(StringComparer.Ordinal));
        Assert.Single(collector.Spans, span => span.Name == "reduce");
    }

    [Fact]
    public async Task AStoreThatRefusesAtFirst_CountsAsRetried_AndNoSecretIsSent()
    {
        using var collector = new Collector();
        await using var blobs = await AzuriteServer.StartAsync();
        await blobs.CreateContainerAsync("runs");
        await blobs.PutAsync("runs", "train.arrow", await File.ReadAllBytesAsync(_folder.File("train.arrow"), TestContext.Current.CancellationToken));
        using var proxy = FaultProxy.Start(blobs.Address, seed: 3, share: 0.2);
        var environment = new Dictionary<string, string>(collector.Environment) { ["AZURE_STORAGE_BLOB_ENDPOINT"] = $"{proxy.Address}{AzuriteServer.Account}" };
        var (place, signature) = ($"az://{AzuriteServer.Account}/runs", AzuriteServer.Signature("rwlc"));

        await SucceedAsync(environment, ["run", "--out", $"{place}/first?{signature}", "--test-rows", "3", .. Spec.Select(word => word == "train.arrow" ? $"{place}/train.arrow?{signature}" : word)]);

        Assert.Equal(ClassifierRows.Count - 1, collector["mirrored.rows.scored"]);
        Assert.True(collector["mirrored.cache.requests", "mirrored.cache.name=objects, mirrored.cache.result=miss"] > 0);
        Assert.True(collector.Metrics.Where(metric => metric.Key.Name == "mirrored.store.retries").Sum(metric => metric.Value) > 0);
        Assert.True(collector["mirrored.store.io", "network.io.direction=transmit"] > 0);
        Assert.True(collector["mirrored.store.io", "network.io.direction=receive"] > 0);
        Assert.Contains(collector.Metrics.Keys, key => key.Name == "http.client.request.duration");
        Assert.All(collector.Bodies, body => Assert.DoesNotContain("sig=", Encoding.Latin1.GetString(body), StringComparison.Ordinal));
    }

    [Fact]
    public async Task AFailure_MarksItsSpan()
    {
        using var collector = new Collector();
        var outcome = await BuiltCommand.RunAsync(_folder.Path, collector.Environment, ["run", "--out", "first", "--test-rows", "99", .. Spec]);

        Assert.Equal(2, outcome.ExitCode);
        Assert.All(collector.Spans, span => Assert.Equal(("error.type=invalid", 2), (span.Attributes, span.Status)));
        Assert.Equal(["plan", "run"], collector.Spans.Select(span => span.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task TheEnvironment_NamesTheService()
    {
        using var collector = new Collector();
        var environment = new Dictionary<string, string>(collector.Environment)
        {
            ["OTEL_SERVICE_NAME"] = "leak",
            ["OTEL_RESOURCE_ATTRIBUTES"] = "service.instance.id=leak-0,k8s.namespace.name=research",
        };
        await SucceedAsync(environment, ["run", "--out", "first", "--test-rows", "3", .. Spec]);

        var resource = Assert.Single(collector.Resources);
        Assert.Contains("k8s.namespace.name=research, service.instance.id=leak-0, service.name=leak, service.version=", resource, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "v1/metrics", true, false)]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "v1/traces", false, true)]
    [InlineData("OTEL_SDK_DISABLED", null, false, false)]
    public async Task TheEnvironment_ChoosesWhatIsSent(string variable, string? path, bool metrics, bool spans)
    {
        using var collector = new Collector();
        var environment = new Dictionary<string, string>(collector.Environment);
        if (path is null)
            environment[variable] = "true";
        else if (environment.Remove("OTEL_EXPORTER_OTLP_ENDPOINT", out var address))
            environment[variable] = address + path;
        await SucceedAsync(environment, ["run", "--out", "first", "--test-rows", "3", .. Spec]);

        Assert.Equal((metrics, spans), (collector.Metrics.Count > 0, collector.Spans.Count > 0));
    }

    [Theory]
    [InlineData("refuses")]
    [InlineData("is silent")]
    [InlineData("fails")]
    [InlineData("is no address")]
    public async Task ACollectorThatDoesNotWork_ChangesNothing(string how)
    {
        using var broken = LoopbackServer.Start(_ => how == "fails" ? Task.FromResult<LoopbackAnswer?>(new LoopbackAnswer(500)) : new TaskCompletionSource<LoopbackAnswer?>().Task);
        var environment = Collector.EnvironmentOf(how == "refuses" ? new Uri($"http://127.0.0.1:{FreePorts.Take()}/") : broken.Address);
        environment["OTEL_EXPORTER_OTLP_TIMEOUT"] = "200";   // milliseconds
        if (how == "is no address")
            environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = "collector:port";

        var measured = await SucceedAsync(environment, ["run", "--out", "first", "--test-rows", "3", .. Spec]);
        var plain = await SucceedAsync([], ["run", "--out", "second", "--test-rows", "3", .. Spec]);

        Assert.Equal(plain.Output.Replace("second", "first", StringComparison.Ordinal), measured.Output);
        Assert.DoesNotContain("collector", measured.Error, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", "Authorization: Bearer hush")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", "hush")]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "hush")]
    public async Task SettingsThatMakeNoSense_ChangeNothing(string variable, string setting)
    {
        using var collector = new Collector();
        var environment = new Dictionary<string, string>(collector.Environment) { [variable] = setting };

        var outcome = await SucceedAsync(environment, ["run", "--out", "first", "--test-rows", "3", .. Spec]);

        Assert.DoesNotContain("hush", outcome.Output + outcome.Error, StringComparison.Ordinal);
    }

    private async Task<CommandOutcome> SucceedAsync(Dictionary<string, string> environment, params IEnumerable<string> arguments)
    {
        var outcome = await BuiltCommand.RunAsync(_folder.Path, environment, arguments);
        Assert.True(outcome.ExitCode == 0, $"exit code {outcome.ExitCode}: {outcome.Error}");
        return outcome;
    }
}
