using System.Text.Json.Nodes;

namespace MirroredInfluence.Deploy.Tests;

public sealed class RenderTests
{
    [Theory, MemberData(nameof(Chart.Examples), MemberType = typeof(Chart))]
    public async Task Chart_IsLinted(string example) =>
        await Tool.MustRunAsync(Tool.Helm, "lint", "--strict", "--quiet", Path.Combine("helm", "mirrored"), "--values", Chart.ValuesOf(example));

    /// <summary>After a change of the chart, scripts/manifests.sh writes them again.</summary>
    [Fact]
    public async Task PlainManifests_AreWhatTheChartRenders()
    {
        using var fresh = new TemporaryFolder();
        await Tool.MustRunAsync(Repository.Path("scripts", "manifests.sh"), fresh.Path);

        Assert.Equal(FilesOf(fresh.Path), FilesOf(Repository.Path("k8s")).Where(file => Path.GetFileName(file) != "README.md"));
        foreach (var file in FilesOf(fresh.Path))
            Assert.Equal(await ReadAsync(Path.Combine(fresh.Path, file)), await ReadAsync(Repository.Path("k8s", file)));
    }

    [Theory, MemberData(nameof(Chart.Examples), MemberType = typeof(Chart))]
    public async Task Kustomize_TakesThePlainManifests(string example)
    {
        var built = Manifests.Parse(await Tool.MustRunAsync(Tool.Kubectl, "kustomize", Path.Combine("k8s", example)));
        var written = Manifests.Parse(await ReadAsync(Repository.Path("k8s", example, "run.yaml")));

        Assert.Equal(written.Count, built.Count);
        Assert.All(written, one => Assert.Contains(built, other => JsonNode.DeepEquals(one, other)));
    }

    /// <summary>Every field exists, with its type, in the version of Kubernetes that the package `kubernetes-models` describes.</summary>
    [Fact]
    public async Task Objects_HaveTheFieldsOfKubernetes()
    {
        var objects = new List<JsonObject>();
        foreach (var example in Chart.Examples)
            objects.AddRange(await Chart.RenderAsync(example.Data));

        Assert.Empty(await KubernetesTypes.ComplaintsAsync(objects));
    }

    [Fact]
    public async Task FieldThatKubernetesDoesNotHave_IsFound()
    {
        var job = (await Chart.RenderAsync("cpu")).Only("Job");
        job["spec"]!["backoffLimitForIndex"] = 1;

        Assert.Contains("backoffLimitForIndex", Assert.Single(await KubernetesTypes.ComplaintsAsync([job])), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Chart.Examples), MemberType = typeof(Chart))]
    public async Task ExampleSpecs_AreSpecs(string example)
    {
        var spec = (await Chart.RenderAsync(example)).Select(found => found["data"]?["spec.json"]).Single(found => found is not null)!.ToString();

        RunSpecReader.Read(spec, example);
    }

    [Fact]
    public async Task SpecOfAFile_ArrivesAsItIs()
    {
        const string text = """
            {
            	"model": {"uri": "https://example.org/a%20model.pt", "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
              "train": {"shards": ["az://account/data/**/*.arrow"]}, "test": {"shards": "az://account/t.arrow"},
              "seed": 9007199254740993, "ascent": {"learningRate": 1e-05},
              "report": {"title": "{{ .Values.image }}: \"θ̃\" $(HOME)"}
            }
            """;
        using var work = new TemporaryFolder();
        var rendered = await Chart.RenderAsync("cpu", "--set-file", $"spec={work.Write("spec.json", text)}");

        Assert.Equal(text + "\n", rendered.Only("ConfigMap").At("data")!["spec.json"]!.ToString());
    }

    [Fact]
    public async Task OtherValues_MakeAnotherJob()
    {
        var four = (await Chart.RenderAsync("cpu")).Only("Job");
        var again = (await Chart.RenderAsync("cpu")).Only("Job");
        var eight = (await Chart.RenderAsync("cpu", "--set", "workers=8")).Only("Job");

        Assert.Equal(four.Text("metadata/name"), again.Text("metadata/name"));
        Assert.NotEqual(four.Text("metadata/name"), eight.Text("metadata/name"));
        Assert.StartsWith("run-", eight.Text("metadata/name"), StringComparison.Ordinal);
    }

    /// <summary>Kubernetes names a pod's host after its Job and index, and refuses the Job when that is over 63 characters.</summary>
    [Fact]
    public async Task LongReleaseName_LeavesRoomForTheIndex()
    {
        var release = string.Concat(Enumerable.Repeat("abcd.", 10)) + "xyz";
        var rendered = Manifests.Parse(await Tool.MustRunAsync(
            Tool.Helm, "template", release, Path.Combine("helm", "mirrored"), "--values", Chart.ValuesOf("cpu"), "--set", "workers=10000"));

        var host = rendered.Only("Job").Text("metadata/name") + "-9999";
        Assert.Matches("^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$", host);
    }

    [Fact]
    public async Task LargeNumbers_AreWrittenInFull()
    {
        var job = (await Chart.RenderAsync("cpu", "--set", "ttlSecondsAfterFinished=31536000,workers=10000,cache.sizeGiB=65536")).Only("Job");

        Assert.Equal("31536000", job.Text("spec/ttlSecondsAfterFinished"));
        Assert.Equal("10000", job.Text("spec/completions"));
        Assert.Equal("65538Gi", job.Text("spec/template/spec/containers/0/resources/limits/ephemeral-storage"));
    }

    [Fact]
    public async Task Notes_SayHowToFollowTheRun()
    {
        using var work = new TemporaryFolder();
        await Tool.MustRunAsync("cp", "-r", Repository.Path("helm", "mirrored"), work.Path);
        // helm shows a chart's notes only at an installation.
        work.Write("mirrored/templates/shown.yaml", """notes: {{ include (print .Template.BasePath "/NOTES.txt") . | toJson }}""");
        var rendered = Manifests.Parse(await Tool.MustRunAsync(
            Tool.Helm, "template", "leak", work.File("mirrored"), "--namespace", "research", "--values", Chart.ValuesOf("cpu")));

        var notes = rendered.Single(found => found["notes"] is not null).Text("notes")!;
        var job = rendered.Single(found => (string?)found["kind"] == "Job").Text("metadata/name");
        Assert.Contains("mirrored status az://exampleaccount/runs/fashion ", notes, StringComparison.Ordinal);
        Assert.Contains($"kubectl -n research get job {job}\n", notes, StringComparison.Ordinal);
        Assert.Contains("helm -n research upgrade leak ", notes, StringComparison.Ordinal);
    }

    private static IEnumerable<string> FilesOf(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file)).Order(StringComparer.Ordinal);

    private static Task<string> ReadAsync(string path) => File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
}
