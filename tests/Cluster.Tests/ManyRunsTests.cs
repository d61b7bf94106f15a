using System.Globalization;
using MirroredInfluence.Client;

namespace MirroredInfluence.Cluster.Tests;

/// <summary>The environment sets how many runs there are at once, MIRRORED_RUNS, and of how many clients, MIRRORED_CLIENTS.</summary>
public sealed class ManyRunsTests(Bench bench)
{
    private const int RunCountDefault = 12, ClientCountDefault = 4, SiloCount = 3;
    private static readonly int[] s_priorities = [5, 10, 20, 40];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Two scans, four questions each.</summary>
    [Fact]
    public async Task RunsAtOnce_AllGoOn_AndEachGivesWhatItGivesAlone()
    {
        var (runCount, clientCount) = (Setting.Number("MIRRORED_RUNS", RunCountDefault), Setting.Number("MIRRORED_CLIENTS", ClientCountDefault));
        var specs = Enumerable.Range(0, 8).Select(index => bench.Spec(miniBatchRows: 8 << (index % 2), ascentSteps: 1 + (index / 2))).ToArray();
        await using var cluster = await SiloCluster.StartAsync(bench, SiloCount, Cancel, isHasty: false);
        var runs = Enumerable.Range(0, runCount).Select(index => new Run(bench.File(bench.NewName("run")), specs[index % specs.Length], s_priorities[index % s_priorities.Length])).ToArray();
        await Task.WhenAll(Enumerable.Range(0, clientCount).Select(client => ServeAsync(cluster, [.. runs.Where((_, index) => index % clientCount == client)])));
        foreach (var run in runs)
            await Bench.AssertSameAsync(await bench.RunAloneAsync(run.Spec), run.Directory, $"one of {runCount} runs at once");

        Assert.Equal(SiloCount, cluster.Living.Count());
        var shares = Shares.Of(cluster, runs);
        TestContext.Current.SendDiagnosticMessage($"{runCount} runs of {clientCount} clients: {shares}; peak memory of the silos: {string.Join(", ", cluster.Silos.Select(silo => string.Create(CultureInfo.InvariantCulture, $"{silo.PeakBytes() / 1e6:F0} MB")))}");
        // Runs of a scan go on together, so that no wait is due to one of them: none stands still for a quarter of the time.
        Assert.All(shares.ByPriority, share => Assert.InRange(share.LongestWaitSeconds, 0, 2 + (shares.AllSeconds / 4)));
    }

    /// <summary>Each of a scan of its own, since it is cut in its own way.</summary>
    [Fact]
    public async Task RunsGetLaneTimeByTheirPriority()
    {
        await using var cluster = await SiloCluster.StartAsync(bench, SiloCount, Cancel, isHasty: false);
        var runs = s_priorities.Select((priority, index) => new Run(bench.File(bench.NewName("run")), bench.Spec(shardRows: 60 + index), priority)).ToArray();
        await ServeAsync(cluster, runs);
        var shares = Shares.Of(cluster, runs);
        TestContext.Current.SendDiagnosticMessage($"{shares}");
        Assert.All(shares.ByPriority, share => Assert.InRange(shares.ShardCount * share.Had, (0.7 * shares.ShardCount * share.Due) - SiloCount, (1.4 * shares.ShardCount * share.Due) + SiloCount));
    }

    /// <summary>A client that submits its runs at once and watches each to its end.</summary>
    private static async Task ServeAsync(SiloCluster cluster, Run[] own)
    {
        await using var client = await cluster.ConnectAsync(Cancel);
        await Task.WhenAll(own.Select(async run =>
        {
            var submitted = await client.SubmitAsync(run.Spec, new RunOptions { Directory = run.Directory, Priority = run.Priority }, Cancel);
            await submitted.ResultAsync(Cancel);
        }));
    }
}
