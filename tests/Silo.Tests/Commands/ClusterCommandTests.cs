using MirroredInfluence.Engine.Tests;

namespace MirroredInfluence.Silo.Tests.Commands;

/// <summary>What a person meets who sends commands to a cluster: exit codes, and one line that says what to do.</summary>
public sealed class ClusterCommandTests : IDisposable
{
    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task ARunThatWasCancelled_IsWaitedForInVain_AndHasNoResultToReduce()
    {
        File.WriteAllText(_bench.File("spec.json"), RunSpecWriter.Write(_bench.Spec()));
        await using var silo = await LoopbackSilo.StartAsync(_bench.File("ledger"), first: null, []);
        var directory = _bench.File("run");
        Assert.Equal(0, (await RunAsync(silo.Gateway(), "submit", "spec.json", "--out", "run", "--priority", "0")).ExitCode);
        await silo.LineAsync("coordinated here; 0 of 4 shards are done");

        Assert.Equal(new CommandOutcome(0, "", $"{directory}: cancelled\n"), await RunAsync(silo.Gateway(), "cancel", "run"));
        Assert.Equal(new CommandOutcome(2, "", $"mirrored: {directory}: the run was cancelled; `mirrored submit` goes on with it.\n"), await RunAsync(silo.Gateway(), "watch", "run"));
        Assert.Equal(
            new CommandOutcome(2, "", "mirrored: 4 of 4 shards are not scored yet; expected all to be. The `mirrored run`, `work` or `submit` that began the run goes on with it when it is given again.\n"),
            await RunAsync(null, "reduce", "run"));
    }

    [Fact]
    public async Task AClusterOfAnotherName_IsReachedByFlagAndVariable()
    {
        await using var silo = await LoopbackSilo.StartAsync(_bench.File("ledger"), first: null, [("ClusterId", "blue")]);
        Assert.Equal(new CommandOutcome(0, "", "no runs were submitted\n"), await RunAsync(null, "runs", "--cluster", silo.Gateway(), "--cluster-id", "blue"));
        Assert.Equal(0, (await RunInAsync(new() { ["MIRRORED_CLUSTER"] = silo.Gateway(), ["MIRRORED_CLUSTER_ID"] = "blue" }, "runs")).ExitCode);

        var refused = await RunAsync(null, "runs", "--cluster", silo.Gateway());
        Assert.Equal(
            new CommandOutcome(4, "", $"mirrored: {silo.Gateway()}: is open, but no gateway of a cluster 'mirrored'. Look whether it is the silo's gateway port (Silo:GatewayPort) "
                + "and the cluster's name (Silo:ClusterId; --cluster-id or ClusterAddress.ClusterId).\n"),
            refused);
    }

    [Fact]
    public async Task ARunThatCannotBeComputed_IsOneLineForTheUserAndOneInTheLog()
    {
        File.WriteAllText(_bench.File("spec.json"), RunSpecWriter.Write(_bench.Spec()));
        await using var silo = await LoopbackSilo.StartAsync(_bench.File("ledger"), first: null, []);
        var outcome = await RunAsync(silo.Gateway(), "submit", "spec.json", "--out", "run", "--watch", "--train-columns", "image=pixels");

        Assert.Equal(2, outcome.ExitCode);
        Assert.Matches("^mirrored: .*train.arrow: no column 'pixels' for the model's argument 'image'; [^\n]*\n$", outcome.Error);
        await silo.LineAsync("run: the run failed: .*train.arrow: no column 'pixels' for the model's argument 'image'; .*");
        Assert.DoesNotContain(silo.Said, line => line.Contains("   at ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("silo.example", "found 'silo.example'")]
    [InlineData("a:1,b", "found 'b'")]
    [InlineData("a:0", "found 'a:0'")]
    [InlineData("a:65536", "found 'a:65536'")]
    [InlineData("http://localhost:30000", "found 'http://localhost:30000'")]
    [InlineData(",", "found no gateway")]
    public async Task WhatIsNoGateway_IsRefusedAsItWasGiven(string gateways, string found)
    {
        const string Expected = "; expected a host and a port, such as silo.example:30000.\n";
        Assert.Equal(new CommandOutcome(2, "", $"mirrored: --cluster: {found}{Expected}"), await RunAsync(null, "runs", "--cluster", gateways));
        Assert.Equal(new CommandOutcome(2, "", $"mirrored: MIRRORED_CLUSTER: {found}{Expected}"), await RunAsync(gateways, "runs"));
    }

    private Task<CommandOutcome> RunAsync(string? cluster, params string[] arguments) =>
        RunInAsync(cluster is null ? [] : new Dictionary<string, string> { ["MIRRORED_CLUSTER"] = cluster }, arguments);

    private async Task<CommandOutcome> RunInAsync(Dictionary<string, string> environment, params string[] arguments)
    {
        using var process = CommandProcess.Start(Repository.Path("artifacts", "bin", "Cli", "release", "mirrored"), Path.GetDirectoryName(_bench.File("any"))!, environment, arguments);
        return await CommandProcess.EndAsync(process);
    }
}
