using System.Diagnostics;
using System.Text.Json;

namespace MirroredInfluence.EndToEnd.Tests;

/// <summary>Workers that are processes.</summary>
public sealed class WorkTests
{
    private static readonly string[] s_long = ["--compute-lanes", "1", "--compute-cache", "none", "--score-mini-batch-rows", "1"];

    [Fact]
    public async Task ShardThatKillsItsWorkers_IsSetAsideAndNamed()
    {
        using var work = new TemporaryFolder();
        await FashionRows.ImportAsync(work.Path);

        // Shards of 500 rows, one at a time through the model, so that one lasts. Whoever says that it holds shard 1 is killed: what a shard that takes all memory does to a worker.
        for (var deaths = 0; deaths < 3; deaths++)
        {
            using var victim = Worker(work.Path, "run", 0, 1, s_long);
            while (!victim.HasExited && !IsHeld(work.File("run"), shardIndex: 1, session: deaths))
                await Task.Delay(1, TestContext.Current.CancellationToken);
            Assert.False(victim.HasExited, $"Worker 0 ended before it took shard 1 for the {deaths + 1}. time.");
            victim.Kill();
            await victim.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        var outcome = await CommandProcess.EndAsync(Worker(work.Path, "run", 0, 1, s_long));
        Assert.Equal(3, outcome.ExitCode);
        Assert.Contains("1 shards killed 3 workers each and were set aside", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("rows 0 to 499 (workers 0-0, 0-1, 0-2)", outcome.Error, StringComparison.Ordinal);

        var allowed = await CommandProcess.EndAsync(Worker(work.Path, "run", 0, 1, [.. s_long, "--allow-poisoned"]));
        Assert.True(allowed.ExitCode == 0, allowed.Error);
        using var result = JsonDocument.Parse(FashionRows.Result(work.Path, "run"));
        Assert.Equal(500, result.RootElement.GetProperty("unscorableRows").GetProperty("poisoned-shard").GetInt32());
        Assert.Equal(FashionRows.RowCount - 500, result.RootElement.GetProperty("scoredRows").GetInt32());
    }

    private static Process Worker(string folder, string run, int index, int count, string[] flags) => Mirrored.Start(
        folder, ["work", .. FashionRows.Run(run, flags).Skip(1), "--worker", $"{index}/{count}", "--beat-seconds", "0.2"]);

    private static bool IsHeld(string run, int shardIndex, int session)
    {
        var record = Path.Combine(run, "workers", $"00000-{session:D4}.json");
        if (!File.Exists(record))
            return false;

        using var json = JsonDocument.Parse(File.ReadAllText(record));
        return json.RootElement.GetProperty("shards").EnumerateArray().Any(shard => shard.GetInt32() == shardIndex);
    }
}
