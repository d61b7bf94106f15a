namespace MirroredInfluence.Deploy.Tests;

/// <summary>Programs that a script finds before the real ones.</summary>
internal static class StandIn
{
    // What follows the host on ssh's command line is for a shell there, which has nothing of ours but its standard input.
    private const string Ssh = """
        exec /usr/bin/python3 -c '
        import subprocess, sys
        while sys.argv[1].startswith("-"):
            del sys.argv[1:3]
        host, *command = sys.argv[1:]
        sys.exit(255 if host == "off" else subprocess.Popen(["sh", "-c", " ".join(command)], stdin=subprocess.PIPE, start_new_session=True).wait())
        ' "$@"
        """;

    /// <summary>For `env`.</summary>
    public static string SearchPath(params IEnumerable<string> folders) => $"PATH={string.Join(':', folders)}:{Environment.GetEnvironmentVariable("PATH")}";

    public static void Write(TemporaryFolder folder, string name, string script)
    {
        var path = folder.Write(name, "#!/bin/bash\n" + script + "\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Every host is this machine, but for the one that is "off".</summary>
    public static void ForSsh(TemporaryFolder folder) => Write(folder, "ssh", Ssh);
}
