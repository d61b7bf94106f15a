namespace MirroredInfluence.Deploy.Tests;

/// <summary>examples/ with stand-ins for ssh, scontrol and the command itself.</summary>
public sealed class ScriptTests : IDisposable
{
    private readonly TemporaryFolder _work = new();

    public void Dispose() => _work.Dispose();

    public static TheoryData<string> Scripts => ["examples/slurm/work.sbatch", "examples/ssh/run.sh", "scripts/manifests.sh"];

    [Theory, MemberData(nameof(Scripts))]
    public async Task Script_HasNoTraps(string script) => await Tool.MustRunAsync("shellcheck", script);

    [Fact]
    public async Task Ssh_StartsAWorkerOnEachHost()
    {
        var outcome = await SshAsync("printf '[%s]' \"$@\"; echo", "first\n# a comment\n  second  # another\n\n", "a spec's.json", "--seed", "7 $HOME");

        Assert.Equal(0, outcome.ExitCode);
        Assert.Equal(
            [
                "first: [work][a spec's.json][--out][az://account/runs/first][--worker][0/2][--seed][7 $HOME]",
                "second: [work][a spec's.json][--out][az://account/runs/first][--worker][1/2][--seed][7 $HOME]",
            ],
            outcome.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task SshHostThatIsOff_DoesNotFailARunThatTheOthersFinish()
    {
        var outcome = await SshAsync("exit 0", "off\nfirst\n");

        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("off: its worker ended with 255", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SshRunThatNobodyFinishes_FailsAsItsWorkersDo() =>
        Assert.Equal(3, (await SshAsync("exit 3", "first\nsecond\n")).ExitCode);

    [Theory]
    [InlineData("# nobody\n", "names no host")]
    [InlineData(null, "names no host")]
    public async Task SshWithoutHosts_IsRefused(string? hosts, string message)
    {
        var outcome = await SshAsync("exit 0", hosts);

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains(message, outcome.Error, StringComparison.Ordinal);
    }

    /// <summary>Nothing but the end of its standard input tells a remote command that whoever started it is gone.</summary>
    [Fact]
    public async Task SshThatIsEnded_EndsTheWorkers()
    {
        StandIn.ForSsh(_work);
        StandIn.Write(_work, "mirrored", $"trap 'echo > {_work.File("ended")}; exit 130' TERM; echo here; for _ in {1..400}; do sleep 0.05; done");
        using var script = CommandProcess.Start("env", _work.Path, [StandIn.SearchPath(_work.Path), Ssh, _work.Write("hosts", "first"), "spec.json", "run"]);
        Assert.Equal("first: here", await script.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));

        await Tool.MustRunAsync("kill", "-TERM", $"{script.Id}");
        await CommandProcess.EndAsync(script);

        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!File.Exists(_work.File("ended")))
            await Task.Delay(10, limit.Token);
    }

    [Fact]
    public async Task SlurmTask_IsAWorkerOfItsArray()
    {
        var outcome = await SlurmAsync("""echo "$DOTNET_PROCESSOR_COUNT"; printf '[%s]' "$@" """, restartCount: 0);

        Assert.Equal(0, outcome.ExitCode);
        Assert.Equal($"4\n[work][a spec's.json][--out][/shared/run][--worker][3/8][--compute-cache][{_work.Path}/mirrored-{Environment.UserName}][--seed][7]", outcome.Output);
    }

    [Theory]
    [InlineData(4, 0, true)]
    [InlineData(4, 2, true)]
    [InlineData(4, 3, false)]
    [InlineData(2, 0, false)]
    [InlineData(3, 0, false)]
    [InlineData(0, 0, false)]
    public async Task SlurmTask_IsQueuedAgainWhenTheStoreDidNotAnswer(int exitCode, int restartCount, bool isQueued)
    {
        var outcome = await SlurmAsync($"exit {exitCode}", restartCount);

        Assert.Equal(exitCode, outcome.ExitCode);
        Assert.Equal(isQueued ? "requeue 41\n" : "", outcome.Output);
    }

    private static string Ssh => Repository.Path("examples", "ssh", "run.sh");

    private Task<CommandOutcome> SshAsync(string mirrored, string? hosts, string spec = "spec.json", params string[] flags)
    {
        StandIn.ForSsh(_work);
        StandIn.Write(_work, "mirrored", mirrored);
        if (hosts is not null)
            _work.Write("hosts", hosts);
        return RunAsync([Ssh, _work.File("hosts"), spec, "az://account/runs/first", .. flags]);
    }

    private Task<CommandOutcome> SlurmAsync(string mirrored, int restartCount)
    {
        StandIn.Write(_work, "scontrol", "echo \"$@\"");
        StandIn.Write(_work, "mirrored", mirrored);
        return RunAsync(
        [
            $"TMPDIR={_work.Path}", "SLURM_JOB_ID=41", "SLURM_ARRAY_TASK_ID=3", "SLURM_ARRAY_TASK_MAX=7", "SLURM_CPUS_PER_TASK=4", $"SLURM_RESTART_COUNT={restartCount}",
            "bash", Repository.Path("examples", "slurm", "work.sbatch"), "a spec's.json", "/shared/run", "--seed", "7",
        ]);
    }

    private Task<CommandOutcome> RunAsync(IEnumerable<string> command) => Tool.RunAsync("env", [StandIn.SearchPath(_work.Path), .. command]);
}
