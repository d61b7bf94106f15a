using System.Text.Json;

namespace MirroredInfluence.Deploy.Tests;

/// <summary>examples/slurm on a real cluster.</summary>
public sealed class SlurmTests : IDisposable
{
    private const string Images = "/usr/share/datasets/fashion-mnist/train";
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    private readonly TemporaryFolder _shared = new();

    public void Dispose() => _shared.Dispose();

    [Fact(Timeout = 240_000)]
    public async Task ArrayThatLosesANode_MakesTheResultOfOneProcess_AndItsTasksAreQueuedAgain()
    {
        var (started, reason) = await SlurmCluster.TryStartAsync(Directory.CreateDirectory(_shared.File("slurm")).FullName);
        Assert.SkipWhen(started is null, reason);
        await using var cluster = started;
        var spec = await WriteSpecAsync();
        await Tool.MustRunAsync(Repository.Path("mirrored"), "run", spec, "--out", _shared.File("alone"), "--compute-cache", "none");

        var job = await cluster.MustRunAsync(
            "sbatch", "--parsable", "--array=0-7", "--cpus-per-task=1", "--mem=100", Repository.Path("examples", "slurm", "work.sbatch"), spec, _shared.File("together"), "--beat-seconds", "1");
        var node = await NodeAtWorkAsync();
        cluster.KillNode(node);
        Assert.False(File.Exists(_shared.File("together/result.json")));
        var killed = await cluster.MustRunAsync("squeue", "--noheader", "--array", $"--nodelist={node}", "--format=%i");
        Assert.NotEmpty(killed);

        await UntilAsync(async () => (await cluster.MustRunAsync("squeue", "--noheader", "--array", "--states=running", "--format=%N")).Split('\n').All(place => place == node || place.Length == 0));
        Assert.Equal(await File.ReadAllBytesAsync(_shared.File("alone/result.json"), Cancel), await File.ReadAllBytesAsync(_shared.File("together/result.json"), Cancel));

        // Slurm finds out by itself after half a minute, and starts them again two minutes later.
        await cluster.MustRunAsync("scontrol", "update", $"nodename={node}", "state=down", "reason=killed");
        foreach (var task in killed.Split('\n'))
            await cluster.MustRunAsync("scontrol", "update", $"jobid={task}", "starttime=now");
        await UntilAsync(async () => (await cluster.MustRunAsync("squeue", "--noheader", "--array", "--format=%i")).Length == 0);
        foreach (var task in killed.Split('\n'))
            Assert.EndsWith("by this worker\n", await File.ReadAllTextAsync(_shared.File($"slurm/mirrored-{job}_{task.Split('_')[1]}.log"), Cancel), StringComparison.Ordinal);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private async Task<string> WriteSpecAsync()
    {
        await ImportAsync("train.arrow", "0..1999");
        await ImportAsync("test.arrow", "2000..2001");
        return _shared.Write("spec.json", $$"""
            {
              "model": {"uri": "{{Repository.Path("demo", "fashion-cnn.pt")}}"},
              "train": {"shards": ["{{_shared.File("train.arrow")}}"], "columns": {"image": {"scale": 0.00392156862745098} } },
              "test": {"shards": "{{_shared.File("test.arrow")}}"},
              "score": {"miniBatchRows": 1},
              "compute": {"shardRows": 10, "lanes": 1}
            }
            """);

        Task<string> ImportAsync(string name, string rows) => Tool.MustRunAsync(
            Repository.Path("mirrored"), "import", $"image={Images}-images-idx3-ubyte.gz", $"label={Images}-labels-idx1-ubyte.gz", "--rows", rows, "--out", _shared.File(name));
    }

    /// <summary>A node on which a worker scores a shard, once some are scored.</summary>
    private async Task<string> NodeAtWorkAsync()
    {
        string? node = null;
        await UntilAsync(() =>
        {
            if (!Directory.Exists(_shared.File("together/parts")) || Directory.GetFiles(_shared.File("together/parts")).Length < 10)
                return Task.FromResult(false);

            foreach (var path in Directory.GetFiles(_shared.File("together/workers"), "*.json"))
            {
                using var record = JsonDocument.Parse(File.ReadAllText(path));
                if (record.RootElement.GetProperty("shards").GetArrayLength() > 0)
                    node ??= SlurmCluster.NodeOf(record.RootElement.GetProperty("processId").GetInt32());
            }

            return Task.FromResult(node is not null);
        });
        return node!;
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        while (!await holds())
            await Task.Delay(Poll, Cancel);
    }
}
