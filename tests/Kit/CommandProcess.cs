using System.Diagnostics;

namespace MirroredInfluence.Testing;

/// <summary>A program run as a process, with pipes for its output.</summary>
internal static class CommandProcess
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    public static Process Start(string program, string workFolder, params IEnumerable<string> arguments) => Start(program, workFolder, [], arguments);

    public static Process Start(string program, string workFolder, Dictionary<string, string> environment, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = workFolder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // A cache of the test's own: neither the user's is used, nor does one test warm another.
        start.Environment["XDG_CACHE_HOME"] = Path.Combine(workFolder, "cache");
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    public static async Task<CommandOutcome> EndAsync(Process process)
    {
        using var limit = new CancellationTokenSource(Limit);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var error = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{process.StartInfo.FileName} did not end within {Limit.TotalMinutes} minutes.");
        }

        return new CommandOutcome(process.ExitCode, await output, await error);
    }
}
