using System.Text.Json;

namespace MirroredInfluence.EndToEnd.Tests;

/// <summary>result.json is the same bytes however the work was cut, ordered, repeated or interrupted.</summary>
public sealed class SameBytesTests
{
    [Fact]
    public async Task LanesShardsAndCache_DoNotShowInTheResult()
    {
        using var work = new TemporaryFolder();
        await FashionRows.ImportAsync(work.Path);
        await Mirrored.MustRunAsync(work.Path, FashionRows.Run("cold", "--compute-cache", "none", "--compute-lanes", "1"));
        var expected = FashionRows.Result(work.Path, "cold");

        string[][] variants =
        [
            ["--compute-lanes", "2", "--compute-shard-rows", "64"],
            ["--compute-lanes", "3", "--compute-shard-rows", "320"],
            ["--compute-lanes", "2", "--compute-shard-rows", "320"],   // base losses are cached by now
        ];
        foreach (var (index, variant) in variants.Index())
        {
            var run = $"variant-{index}";
            await Mirrored.MustRunAsync(work.Path, FashionRows.Run(run, [.. variant, "--compute-cache", "kept"]));
            Assert.Equal(expected, FashionRows.Result(work.Path, run));
        }
    }

    [Theory]
    [InlineData("file", "none", 100)]
    [InlineData("stream", "lz4", 77)]
    [InlineData("stream", "zstd", 1)]
    public async Task RecordBatchesFormatAndCompression_DoNotShowInTheResult(string format, string compression, int recordBatchRows)
    {
        using var work = new TemporaryFolder();
        await FashionRows.ImportAsync(work.Path);
        await Mirrored.MustRunAsync(work.Path, FashionRows.Run("first"));

        await FashionRows.ImportAsync(work.Path, "--format", format, "--compression", compression, "--record-batch-rows", $"{recordBatchRows}");
        await Mirrored.MustRunAsync(work.Path, FashionRows.Run("second"));

        Assert.Equal(FashionRows.Result(work.Path, "first"), FashionRows.Result(work.Path, "second"));
    }

    [Fact]
    public async Task RunKilledAgainAndAgain_EndsWithTheSameBytes()
    {
        using var work = new TemporaryFolder();
        await FashionRows.ImportAsync(work.Path);
        string[] flags = ["--compute-shard-rows", "32", "--compute-lanes", "2", "--compute-cache", "none"];
        await Mirrored.MustRunAsync(work.Path, FashionRows.Run("whole", flags));

        var parts = work.File("killed/parts");
        for (var wanted = 1; wanted <= 21; wanted += 10)
        {
            using var process = Mirrored.Start(work.Path, FashionRows.Run("killed", flags));
            while (!process.HasExited && (!Directory.Exists(parts) || Directory.GetFiles(parts).Length < wanted))
                await Task.Yield();
            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        Assert.False(File.Exists(work.File("killed/result.json")), "The run was not interrupted: it ended before it was killed.");
        await Mirrored.MustRunAsync(work.Path, FashionRows.Run("killed", flags));
        Assert.Equal(FashionRows.Result(work.Path, "whole"), FashionRows.Result(work.Path, "killed"));
    }

    /// <summary>Kernels round by mini-batch size: bounded here, and part of a run's identity.</summary>
    [Fact]
    public async Task MiniBatchSize_MovesLossesByRoundingOnly()
    {
        using var work = new TemporaryFolder();
        await FashionRows.ImportAsync(work.Path);
        var losses = new List<Dictionary<(string, long), double>>();
        foreach (var size in new[] { "1", "16", "32", "100" })
        {
            await Mirrored.MustRunAsync(work.Path, FashionRows.Run(size, "--score-mini-batch-rows", size));
            losses.Add(BaseLosses(FashionRows.Result(work.Path, size)));
        }

        // Cross-entropy of 10 logits: a loss of L nats is log-sum-exp minus a logit, each of magnitude ≤ 32, rounded at 2⁻²⁴ relative a few times over
        // sums of at most 1,568 terms, whose rounding grows like the square root of their number: 32 · 2⁻²⁴ · √1568 ≈ 7.6e-5.
        const double Bound = 7.6e-5;
        Assert.All(losses, other => Assert.All(losses[0], entry => Assert.InRange(other[entry.Key] - entry.Value, -Bound, Bound)));
    }

    private static Dictionary<(string, long), double> BaseLosses(byte[] result)
    {
        using var document = JsonDocument.Parse(result);
        return document.RootElement.GetProperty("queries").EnumerateArray()
            .SelectMany(query => query.GetProperty("top").EnumerateArray().Select(row => (
                Key: (query.GetProperty("query").GetString()!, row.GetProperty("id").GetInt64()),
                Loss: row.GetProperty("baseLoss").GetDouble())))
            .ToDictionary(pair => pair.Key, pair => pair.Loss);
    }
}
