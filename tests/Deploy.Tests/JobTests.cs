using System.Text.Json.Nodes;

namespace MirroredInfluence.Deploy.Tests;

public sealed class JobTests
{
    [Theory, MemberData(nameof(Chart.Examples), MemberType = typeof(Chart))]
    public async Task EveryWorker_KnowsItsIndexAndHowManyThereAre(string example)
    {
        var job = (await Chart.RenderAsync(example)).Only("Job");
        var arguments = job.List("spec/template/spec/containers/0/args").Select(argument => argument.ToString()).ToArray();

        Assert.Equal("Indexed", job.Text("spec/completionMode"));
        Assert.Equal(job.Text("spec/completions"), job.Text("spec/parallelism"));
        Assert.Equal(["work", "/etc/mirrored/spec.json", "--out"], arguments[..3]);
        Assert.Equal($"$(JOB_COMPLETION_INDEX)/{job.Text("spec/completions")}", arguments[Array.IndexOf(arguments, "--worker") + 1]);
    }

    [Fact]
    public async Task Failures_AreCountedOnlyWhereTryingAgainHelps()
    {
        var job = (await Chart.RenderAsync("cpu")).Only("Job");
        var rules = job.List("spec/podFailurePolicy/rules");

        // The first rule that matches decides: a worker that SIGTERM ended on a drained node is not judged by its exit code.
        Assert.Equal("Ignore", rules[0].Text("action"));
        Assert.Equal("DisruptionTarget", rules[0].Text("onPodConditions/0/type"));
        Assert.Equal("FailJob", ActionOf(2));
        Assert.Equal("FailIndex", ActionOf(3));
        Assert.All([1, 4, 70, 130, 134, 137, 139, 143], code => Assert.Null(ActionOf(code)));
        Assert.Equal("Never", job.Text("spec/template/spec/restartPolicy"));
        Assert.True(int.Parse(job.Text("spec/backoffLimitPerIndex")!) > 3, "A shard is set aside after it killed three workers; they may all have the same index.");

        string? ActionOf(int code) => rules
            .FirstOrDefault(rule => rule.List("onExitCodes/values").Any(value => value.ToString() == $"{code}"))
            .Text("action");
    }

    [Fact]
    public async Task PoisonedShards_AreAllowedOnlyWhenAsked()
    {
        Assert.DoesNotContain("--allow-poisoned", await ArgumentsAsync());
        Assert.Contains("--allow-poisoned", await ArgumentsAsync("--set", "allowPoisoned=true"));

        static async Task<IEnumerable<string>> ArgumentsAsync(params string[] set) =>
            (await Chart.RenderAsync("cpu", set)).Only("Job").List("spec/template/spec/containers/0/args").Select(argument => argument.ToString());
    }

    [Fact]
    public async Task Cache_IsOnTheNodesDiskOrAVolumeOrAClaim()
    {
        Assert.Equal("200Gi", (await CacheAsync("gpu-spot")).Text("emptyDir/sizeLimit"));
        Assert.Equal("100Gi", (await CacheAsync("volumes")).Text("ephemeral/volumeClaimTemplate/spec/resources/requests/storage"));
        Assert.Equal("mirrored-cache", (await CacheAsync("connection-string")).Text("persistentVolumeClaim/claimName"));
    }

    [Fact]
    public async Task Gpus_AreAskedForAndTheirTaintIsTolerated()
    {
        var pod = (await Chart.RenderAsync("gpu-spot")).Only("Job").At("spec/template/spec");

        Assert.Equal("1", pod.At("containers/0/resources/limits")!["nvidia.com/gpu"]!.ToString());
        Assert.Equal(
            ["nvidia.com/gpu", "kubernetes.azure.com/scalesetpriority"],
            pod.List("tolerations").Select(toleration => toleration.Text("key")));
    }

    private static async Task<JsonNode> CacheAsync(string example) =>
        (await Chart.RenderAsync(example)).Only("Job").List("spec/template/spec/volumes").Single(volume => volume.Text("name") == "cache");
}
