namespace MirroredInfluence.Deploy.Tests;

/// <summary>What the chart and the examples start, run with the built command over real images: the result is that of one process.</summary>
public sealed class WorkerTests : IAsyncLifetime
{
    private const string Images = "/usr/share/datasets/fashion-mnist/train";

    private readonly TemporaryFolder _shared = new();

    private static string Mirrored => Repository.Path("mirrored");

    // As a spec says it where _shared is mounted.
    private static string Spec => """
        {
          "model": {"uri": "/shared/model.pt"},
          "train": {"shards": ["/shared/train-*.arrow"], "columns": {"image": {"scale": 0.00392156862745098}}},
          "test": {"shards": "/shared/test.arrow"},
          "compute": {"lanes": 1, "shardRows": 64}
        }
        """;

    public async ValueTask InitializeAsync()
    {
        File.Copy(Repository.Path("demo", "fashion-cnn.pt"), _shared.File("model.pt"));
        _shared.Write("spec.json", InFolder(Spec));
        await ImportAsync("train", "--rows", "0..399", "--shards", "2");
        await ImportAsync("test.arrow", "--rows", "400..401");
        await Tool.MustRunAsync(Mirrored, "run", _shared.File("spec.json"), "--out", _shared.File("alone"), "--compute-cache", "none");
    }

    public ValueTask DisposeAsync()
    {
        _shared.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task ChartsPods_FinishTheRun()
    {
        var rendered = await Chart.RenderAsync(
            "volumes", "--set", "workers=2,out=/shared/together,cache.storageClass=", "--set-file", $"spec={_shared.Write("as-mounted.json", Spec)}");
        _shared.Write("mounted.json", InFolder(rendered.Only("ConfigMap").At("data")!["spec.json"]!.ToString()));
        var arguments = rendered.Only("Job").List("spec/template/spec/containers/0/args").Select(argument => InFolder(argument.ToString()));

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 2).Select(index => Tool.RunAsync(
            Mirrored, arguments.Select(argument => argument.Replace("$(JOB_COMPLETION_INDEX)", $"{index}", StringComparison.Ordinal)))));

        Assert.All(outcomes, outcome => Assert.True(outcome.ExitCode == 0, outcome.Error));
        AssertSameResult();
    }

    [Fact]
    public async Task SlurmsTasks_FinishTheRun()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 2).Select(index => Tool.RunAsync(
            "env",
            StandIn.SearchPath(Repository.Root), $"TMPDIR={_shared.Path}", "SLURM_CPUS_PER_TASK=1", "SLURM_ARRAY_TASK_MAX=1", $"SLURM_ARRAY_TASK_ID={index}",
            "bash", Repository.Path("examples", "slurm", "work.sbatch"), _shared.File("spec.json"), _shared.File("together"))));

        Assert.All(outcomes, outcome => Assert.True(outcome.ExitCode == 0, outcome.Error));
        AssertSameResult();
    }

    [Fact]
    public async Task SshsHosts_FinishTheRun()
    {
        StandIn.ForSsh(_shared);
        await Tool.MustRunAsync(
            "env", StandIn.SearchPath(_shared.Path, Repository.Root),
            Repository.Path("examples", "ssh", "run.sh"), _shared.Write("hosts", "first\nsecond\n"), _shared.File("spec.json"), _shared.File("together"), "--compute-cache", "none");

        AssertSameResult();
    }

    private void AssertSameResult() =>
        Assert.Equal(File.ReadAllBytes(_shared.File("alone/result.json")), File.ReadAllBytes(_shared.File("together/result.json")));

    private string InFolder(string text) => text
        .Replace("/etc/mirrored/spec.json", _shared.File("mounted.json"), StringComparison.Ordinal)
        .Replace("/cache", _shared.File("cache"), StringComparison.Ordinal)
        .Replace("/shared", _shared.Path, StringComparison.Ordinal);

    private Task<string> ImportAsync(string name, params string[] options) => Tool.MustRunAsync(
        Mirrored, ["import", $"image={Images}-images-idx3-ubyte.gz", $"label={Images}-labels-idx1-ubyte.gz", .. options, "--out", _shared.File(name)]);
}
