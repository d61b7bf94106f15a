using System.Diagnostics;
using System.Globalization;

namespace MirroredInfluence.Deploy.Tests;

/// <summary>A real Slurm of the test's own: a controller and three nodes of three processors, all on this machine, without munge and without cgroups.</summary>
internal sealed class SlurmCluster : IAsyncDisposable
{
    private const int NodeCount = 3;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60), Poll = TimeSpan.FromMilliseconds(100);

    private readonly string _folder;
    private readonly Process _controller;
    private readonly Process[] _nodes;

    private SlurmCluster(string folder)
    {
        _folder = folder;
        foreach (var name in Enumerable.Range(0, NodeCount).Select(NameOf).Append("state"))
            Directory.CreateDirectory(Path.Combine(folder, name));
        File.WriteAllText(ConfigPath, Config(folder));
        _controller = Start("slurmctld", "-D");
        _nodes = [.. Enumerable.Range(0, NodeCount).Select(index => Start("slurmd", "-D", "-N", NameOf(index)))];
    }

    private string ConfigPath => Path.Combine(_folder, "slurm.conf");

    /// <returns>Null, and why, where Slurm is not installed or does not come up.</returns>
    public static async Task<(SlurmCluster? Cluster, string Reason)> TryStartAsync(string folder)
    {
        if (!File.Exists("/usr/sbin/slurmctld") || !File.Exists("/usr/sbin/slurmd"))
            return (null, "slurmctld and slurmd are not installed: run `make setup`.");

        var cluster = new SlurmCluster(folder);
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < StartLimit && !cluster._controller.HasExited; await Task.Delay(Poll))
        {
            var idle = await cluster.RunAsync("sinfo", "--noheader", "--Node", "--states=idle");
            if (idle.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length == NodeCount)
                return (cluster, "");
        }

        await cluster.DisposeAsync();
        var log = Path.Combine(folder, "slurmctld.log");
        return (null, $"Slurm did not come up: {(File.Exists(log) ? File.ReadLines(log).LastOrDefault() : "slurmctld wrote no log")}");
    }

    /// <summary>Runs one of Slurm's commands.</summary>
    public async Task<CommandOutcome> RunAsync(string command, params IEnumerable<string> arguments)
    {
        var environment = new Dictionary<string, string>
        {
            ["SLURM_CONF"] = ConfigPath,
            ["TMPDIR"] = _folder,
            ["PATH"] = $"{Repository.Root}:{Environment.GetEnvironmentVariable("PATH")}",
        };
        using var process = CommandProcess.Start(command, _folder, environment, arguments);
        return await CommandProcess.EndAsync(process);
    }

    public async Task<string> MustRunAsync(string command, params IEnumerable<string> arguments)
    {
        var outcome = await RunAsync(command, arguments);
        Assert.True(outcome.ExitCode == 0, $"{command} {string.Join(' ', arguments)} exited with {outcome.ExitCode}: {outcome.Error}");
        return outcome.Output.Trim();
    }

    /// <summary>The node that a process of a job runs on, or null when it has ended.</summary>
    public static string? NodeOf(int processId) =>
        EnvironmentOf(processId).FirstOrDefault(entry => entry.StartsWith("SLURMD_NODENAME=", StringComparison.Ordinal))?.Split('=')[1];

    /// <summary>As if the machine lost its power: its daemon first, then all that it started.</summary>
    public void KillNode(string name)
    {
        Kill(_nodes[Array.FindIndex([.. Enumerable.Range(0, NodeCount)], index => NameOf(index) == name)].Id);
        foreach (var processId in JobProcesses(name))
        {
            if (NameOfProcess(ParentOf(processId)).StartsWith("slurmstepd", StringComparison.Ordinal))
                Kill(ParentOf(processId));
            Kill(processId);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var name in Enumerable.Range(0, NodeCount).Select(NameOf))
            KillNode(name);
        Kill(_controller.Id);
        foreach (var process in _nodes.Append(_controller))
        {
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    private static string NameOf(int index) => string.Create(CultureInfo.InvariantCulture, $"n{index}");

    private static string Config(string folder)
    {
        var (host, ports) = (Environment.MachineName.Split('.')[0], FreePorts.Take(NodeCount + 1));
        var nodes = Enumerable.Range(0, NodeCount).Select(index => $"NodeName={NameOf(index)} NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[index]} CPUs=3 RealMemory=100000");
        return $"""
            ClusterName=test
            SlurmctldHost={host}(127.0.0.1)
            SlurmctldPort={ports[NodeCount]}
            SlurmUser={Environment.UserName}
            SlurmdUser={Environment.UserName}
            AuthType=auth/none
            CredType=cred/none
            StateSaveLocation={folder}/state
            SlurmdSpoolDir={folder}/%n
            SlurmctldPidFile={folder}/slurmctld.pid
            SlurmdPidFile={folder}/%n.pid
            SlurmctldLogFile={folder}/slurmctld.log
            SlurmdLogFile={folder}/%n.log
            ProctrackType=proctrack/linuxproc
            TaskPlugin=task/none
            MpiDefault=none
            SelectType=select/cons_tres
            SelectTypeParameters=CR_CPU
            SchedulerParameters=batch_sched_delay=0,sched_interval=1
            SlurmdParameters=config_overrides
            {string.Join('\n', nodes)}
            PartitionName=all Nodes=ALL Default=YES State=UP

            """;
    }

    private Process Start(string daemon, params IEnumerable<string> arguments)
    {
        var process = CommandProcess.Start($"/usr/sbin/{daemon}", _folder, [.. arguments, "-f", ConfigPath]);
        _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        _ = process.StandardError.BaseStream.CopyToAsync(Stream.Null);
        return process;
    }

    /// <summary>Processes of this cluster's jobs on a node.</summary>
    private int[] JobProcesses(string node) =>
    [
        .. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName)
            .Where(name => int.TryParse(name, out _)).Select(name => int.Parse(name!, CultureInfo.InvariantCulture))
            .Where(processId => EnvironmentOf(processId) is var environment && environment.Contains($"SLURM_CONF={ConfigPath}") && environment.Contains($"SLURMD_NODENAME={node}")),
    ];

    private static string[] EnvironmentOf(int processId) => ReadProcess(processId, "environ").Split('\0');

    private static string NameOfProcess(int processId) => ReadProcess(processId, "cmdline");

    private static int ParentOf(int processId) =>
        ReadProcess(processId, "status").Split('\n').FirstOrDefault(line => line.StartsWith("PPid:", StringComparison.Ordinal)) is { } line ? int.Parse(line[5..], CultureInfo.InvariantCulture) : 0;

    private static string ReadProcess(int processId, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{processId}/{file}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";   // it has ended, or is another's
        }
    }

    private static void Kill(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            process.Kill();
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            // It has ended.
        }
    }
}
