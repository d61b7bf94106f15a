using System.Diagnostics;

namespace MirroredInfluence.Cluster.Tests;

/// <summary>A PostgreSQL server of the test's own, on a free port of this machine, with its data in a temporary folder. It refuses to be root's: then it is the user postgres'.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private const int FastShutdown = 2;   // SIGINT
    private const string User = "mirrored", Ready = "database system is ready to accept connections";

    private static readonly string[] s_flags = ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "max_connections=200"];
    private static readonly string[] s_asUser = Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];

    private readonly string _folder;
    private readonly OwnedProcess _process;
    private readonly int _port;

    private PostgresServer(string folder, OwnedProcess process, int port) => (_folder, _process, _port) = (folder, process, port);

    public string ConnectionString => $"Host=127.0.0.1;Port={_port};Username={User};Database=postgres";

    public static async Task<PostgresServer> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("mirrored-postgres-").FullName;
        if (s_asUser.Length > 0)
            await MustRunAsync(["chown", "postgres", folder]);
        var data = Path.Combine(folder, "data");
        await MustRunAsync([.. s_asUser, Program("initdb"), "--pgdata", data, "--username", User, "--auth", "trust", "--no-sync", "--encoding", "UTF8", "--no-locale"]);
        var port = FreePorts.Take();
        var (said, ready) = (new List<string>(), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        var process = OwnedProcess.Start([.. s_asUser, Program("postgres"), "-D", data, "-p", $"{port}", .. s_flags], [], line =>
        {
            lock (said)
                said.Add(line);
            if (line.EndsWith(Ready, StringComparison.Ordinal))
                ready.TrySetResult();
        });
        var server = new PostgresServer(folder, process, port);
        if (await Task.WhenAny(ready.Task, process.EndAsync(CancellationToken.None)) == ready.Task)
            return server;
        await server.DisposeAsync();
        throw new InvalidOperationException($"PostgreSQL ended before it was ready:\n{string.Join('\n', said)}");
    }

    /// <summary>A query's only value, or nothing.</summary>
    public async Task<string> AskAsync(string sql) =>
        (await MustRunAsync([Program("psql"), "--no-psqlrc", "--tuples-only", "--no-align", "--host", "127.0.0.1", "--port", $"{_port}", "--username", User, "--dbname", "postgres", "--command", sql])).Trim();

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Send(FastShutdown);
        await _process.EndAsync(CancellationToken.None);
        await _process.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static string Program(string name) =>
        Directory.GetDirectories("/usr/lib/postgresql").OrderBy(folder => folder, StringComparer.Ordinal).Select(folder => Path.Combine(folder, "bin", name)).LastOrDefault(File.Exists)
        ?? throw new InvalidOperationException($"{name} of PostgreSQL is missing: run make setup.");

    private static async Task<string> MustRunAsync(string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" })!;
        var outcome = await CommandProcess.EndAsync(process);
        return outcome.ExitCode == 0 ? outcome.Output : throw new InvalidOperationException($"{string.Join(' ', command)} exited with {outcome.ExitCode}: {outcome.Error}");
    }
}
