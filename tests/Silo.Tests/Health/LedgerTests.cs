using System.Diagnostics;
using MirroredInfluence.Cluster.Tests;

namespace MirroredInfluence.Silo.Tests.Health;

public sealed class LedgerTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1), Poll = TimeSpan.FromMilliseconds(50);

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    /// <summary>A folder below a file: nobody can write it, not even root.</summary>
    [Fact]
    public async Task ALedgerThatCannotBeWritten_IsToldOfAtStart_ByReady_AndByRuns()
    {
        var file = _folder.Write("file", "");
        await using var silo = SiloProcess.Start("silo", new Dictionary<string, string> { ["Ledger"] = Path.Combine(file, "ledger"), ["Compute__Lanes"] = "1", ["Compute__Cache"] = "none" });
        var unready = await ReadyAsync(silo, isReady: false);

        Assert.Single(silo.Said, line => line.StartsWith($"silo: Silo:Ledger: {file}/ledger/ready: ", StringComparison.Ordinal));
        Assert.Matches($"^Unhealthy\nSilo:Ledger: {file}/ledger/ready: [^\n]+$", unready);
        var runs = await RunsAsync(silo);
        Assert.Equal(4, runs.ExitCode);
        Assert.Contains($"{file}/ledger/runs: could not be read", runs.Error, StringComparison.Ordinal);

        File.Delete(file);
        Assert.Equal("Healthy", await ReadyAsync(silo, isReady: true));
        Assert.Equal(new CommandOutcome(0, "", "no runs were submitted\n"), await RunsAsync(silo));
    }

    private static async Task<string> ReadyAsync(SiloProcess silo, bool isReady)
    {
        for (var clock = Stopwatch.StartNew(); ; await Task.Delay(Poll, Cancel))
        {
            if (await silo.AskReadyAsync(Cancel) is { } answer && answer.IsReady == isReady)
                return answer.Body;
            Assert.True(clock.Elapsed < Patience, string.Join('\n', silo.Said));
        }
    }

    private async Task<CommandOutcome> RunsAsync(SiloProcess silo)
    {
        using var process = CommandProcess.Start(Repository.Path("artifacts", "bin", "Cli", "release", "mirrored"), _folder.Path, "runs", "--cluster", silo.Gateway());
        return await CommandProcess.EndAsync(process);
    }
}
