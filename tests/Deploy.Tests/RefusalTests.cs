namespace MirroredInfluence.Deploy.Tests;

/// <summary>What the chart's schema and its checks refuse, before anything reaches a cluster.</summary>
public sealed class RefusalTests
{
    [Theory]
    [InlineData("worker=4", "Additional property worker is not allowed")]
    [InlineData("cache.size=20Gi", "cache: Additional property size is not allowed")]
    [InlineData("resources.gpu=1", "resources: Additional property gpu is not allowed")]
    [InlineData("networkPolicy.ingress=x", "networkPolicy: Additional property ingress is not allowed")]
    [InlineData("serviceAccount.name=x", "serviceAccount: Additional property name is not allowed")]
    [InlineData("workers=0", "workers: Must be greater than or equal to 1")]
    [InlineData("workers=many", "workers: Invalid type. Expected: integer, given: string")]
    [InlineData("workers=10001", "workers: Must be less than or equal to 10000")]
    [InlineData("image=mirrored-influence", "image: Does not match pattern")]
    [InlineData("image=mirrored-influence:latest", "image: Must not validate the schema (not)")]
    [InlineData("image=registry.example.org:5000/mirrored-influence", "image: Does not match pattern")]
    [InlineData("image=", "image is not set: give the image that docker/ builds")]
    [InlineData("out=", "out is not set: give the run directory")]
    [InlineData("spec=", "spec is not set: give the run spec")]
    [InlineData("out=runs/first", "out: Does not match pattern")]
    [InlineData("out=az://account/runs/first?sig=abc", "out: Does not match pattern")]
    [InlineData("resources.cpu=0", "resources.cpu: Must be greater than or equal to 1")]
    [InlineData("resources.memory=8", "resources.memory: Invalid type. Expected: string, given: integer")]
    [InlineData("resources.memory=8GB", "resources.memory: Does not match pattern")]
    [InlineData("resources.gpus=-1", "resources.gpus: Must be greater than or equal to 0")]
    [InlineData("cache.sizeGiB=20Gi", "cache.sizeGiB: Invalid type. Expected: integer, given: string")]
    [InlineData("cache.claim=My Claim", "cache.claim: Does not match pattern")]
    [InlineData("connectionStringSecret=AccountName=a;AccountKey=b", "connectionStringSecret: Does not match pattern")]
    [InlineData("tolerations[0].effect=Never", "tolerations.0.effect: tolerations.0.effect must be one of the following")]
    [InlineData("tolerations[0].keys=spot", "tolerations.0: Additional property keys is not allowed")]
    [InlineData("nodeSelector.pool=1", "nodeSelector.pool: Invalid type. Expected: string, given: integer")]
    [InlineData("networkPolicy.enabled=no", "networkPolicy.enabled: Invalid type. Expected: boolean, given: string")]
    [InlineData("retries=-1", "retries: Must be greater than or equal to 0")]
    [InlineData("telemetry.enabled=true", "telemetry: Additional property enabled is not allowed")]
    [InlineData("telemetry.dashboard=yes", "telemetry.dashboard: Invalid type. Expected: boolean, given: string")]
    [InlineData("telemetry.endpoint=collector:4318", "telemetry.endpoint: Does not match pattern")]
    [InlineData("telemetry.endpoint=http://user:secret@collector:4318", "telemetry.endpoint: Does not match pattern")]
    [InlineData("telemetry.endpoint=https://collector/otlp?key=secret", "telemetry.endpoint: Does not match pattern")]
    [InlineData("resources.gpus=1", "resources.gpus is 1, but the spec computes on the CPU")]
    [InlineData("cache.claim=a,cache.storageClass=b", "cache.claim and cache.storageClass are both set")]
    [InlineData("out=/shared/runs/first", "name a path below /shared, but sharedClaim is not set")]
    [InlineData("out=az://account", "out is \"az://account\", which names no container: use az://account/container/path.")]
    [InlineData("out=az://account/", "which names no container")]
    [InlineData("out=https://account.blob.core.windows.net/", "which names no container")]
    [InlineData("out=https://example.org/runs/first", "out is \"https://example.org/runs/first\", and a web server is only read")]
    [InlineData("out=https://account.blob.core.windows.net.example.org/runs/first", "and a web server is only read")]
    [InlineData("connectionStringSecret=store", "connectionStringSecret and the service account's annotation azure.workload.identity/client-id are both set")]
    public async Task Value_IsRefused(string set, string message)
    {
        var outcome = await Chart.TemplateAsync("cpu", "--set", set);

        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains(message, outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SpecOnGpusWithoutGpus_IsRefused()
    {
        var outcome = await Chart.TemplateAsync("gpu-spot", "--set", "resources.gpus=0");

        Assert.Contains("the spec computes on cuda, but resources.gpus is 0", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"model":""", "spec is not a JSON object (docs/formats/run-spec.md): unexpected end of JSON input")]
    [InlineData("[]", "spec is not a JSON object")]
    [InlineData("""{"model": "m.pt"}""", "spec: model is a string; expected an object.")]
    [InlineData("""{"model": {"uri": "m.pt"}}""", "spec: model.uri is \"m.pt\", which no pod can read")]
    [InlineData("""{"model": {"uri": "https://a/m.pt"}, "test": {"shards": ["az://a/b", "t.arrow"]}}""", "spec: test.shards is \"t.arrow\"")]
    [InlineData("""{"model": {"uri": "https://a.example/m.pt?sv=1&sig=SECRET"}}""", "spec holds a signed URL, and a ConfigMap keeps no secret")]
    [InlineData("""{"model": {"uri": "/shared/m.pt"}, "train": {"shards": "az://a/b"}, "test": {"shards": "az://a/b"}}""", "sharedClaim is not set")]
    [InlineData("""{"train": {"shards": "az://a/b"}, "test": {"shards": "az://a/b"}}""", "spec: model.uri is missing")]
    [InlineData("""{"model": {"uri": "/shared/m.pt"}, "test": {"shards": "az://a/b"}}""", "spec: train.shards is missing")]
    [InlineData("""{"model": {"uri": "/shared/m.pt"}, "train": {"shards": "az://a/b"}, "test": {"shards": []}}""", "spec: test.shards is missing")]
    [InlineData("""{"model": {"uri": "az://a/b/m.pt"}, "train": {"shards": "az://a/b"}, "test": {"shards": "az://a/b"}}""", "spec: model.sha256 is missing, but az://a/b/m.pt comes from a store")]
    [InlineData("""{"model": {"uri": "https://a.example/m.pt?token=SECRET"}, "train": {"shards": "az://a/b"}, "test": {"shards": "az://a/b"}}""", "spec: model.sha256 is missing, but https://a.example/m.pt comes from a store")]
    [InlineData("""{"model": {"uri": "/shared/m.pt"}, "train": {"shards": ["https://a.example/*.arrow?token=SECRET"]}, "test": {"shards": "az://a/b"}}""", "spec: train.shards is \"https://a.example/*.arrow\", but a web server does not list")]
    public async Task Spec_IsRefused(string spec, string message)
    {
        using var work = new TemporaryFolder();
        var outcome = await Chart.TemplateAsync("cpu", "--set-file", $"spec={work.Write("spec.json", spec)}");

        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains(message, outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", outcome.Error + outcome.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://account.blob.core.windows.net/runs/first")]
    [InlineData("https://account.z12.blob.storage.azure.net/runs/first")]
    [InlineData("https://account.blob.core.usgovcloudapi.net/runs/first")]
    [InlineData("s3://bucket/first")]
    public async Task AnOutThatCanBeWritten_IsTaken(string place)
    {
        using var work = new TemporaryFolder();
        var spec = $$$"""{"model": {"uri": "s3://a/m.pt", "sha256": "{{{new string('0', 64)}}}"}, "train": {"shards": "https://a.blob.core.windows.net/c/*.arrow"}, "test": {"shards": "https://a.example/t.arrow"}}""";
        var outcome = await Chart.TemplateAsync("cpu", "--set", $"out={place}", "--set-file", $"spec={work.Write("spec.json", spec)}");

        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
    }
}
