using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace MirroredInfluence.Testing;

/// <summary>A program that ends with the test program, also when that is killed: a shell beside it waits for the end of its own input.</summary>
internal sealed partial class OwnedProcess : IAsyncDisposable
{
    private const string Shell = """
        exec 3<&0
        "$0" "$@" 3<&- & own=$!
        echo $own
        { read -r _ <&3; kill -KILL $own; } > /dev/null 2>&1 & watch=$!
        wait $own; code=$?
        kill $watch
        exit $code
        """;

    private readonly Process _shell;
    private readonly Task _reading;

    private OwnedProcess(Process shell, Action<string> write)
    {
        (_shell, Id) = (shell, int.Parse(shell.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture));
        _reading = Task.WhenAll(ReadAsync(shell.StandardOutput, write), ReadAsync(shell.StandardError, write));
    }

    public int Id { get; }

    public bool HasExited => _shell.HasExited;

    /// <param name="write">Gets each line of output and errors, from any thread.</param>
    public static OwnedProcess Start(IEnumerable<string> command, IEnumerable<KeyValuePair<string, string>> environment, Action<string> write)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", Shell, .. command]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new OwnedProcess(Process.Start(start)!, write);
    }

    /// <param name="signal">As of signal.h.</param>
    public void Send(int signal)
    {
        if (!HasExited && Kill(Id, signal) != 0)
            throw new InvalidOperationException($"Signal {signal} does not reach process {Id}: error {Marshal.GetLastPInvokeError()}.");
    }

    /// <summary>Waits until it has ended and all of its output was read.</summary>
    /// <returns>The exit code; 128 and the signal of one that was killed.</returns>
    public async Task<int> EndAsync(CancellationToken cancellationToken)
    {
        await _shell.WaitForExitAsync(cancellationToken);
        await _reading.WaitAsync(cancellationToken);
        return _shell.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync();
        _shell.Dispose();
    }

    private static async Task ReadAsync(StreamReader reader, Action<string> write)
    {
        while (await reader.ReadLineAsync() is { } line)
            write(line);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
