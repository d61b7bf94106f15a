using System.Diagnostics;

namespace MirroredInfluence.Cli.Tests;

/// <summary>The built command as a process of its own, with pipes for its output.</summary>
internal static class BuiltCommand
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public static Process Start(string workFolder, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "mirrored"), arguments)
        {
            WorkingDirectory = workFolder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["XDG_CACHE_HOME"] = Path.Combine(workFolder, "cache");
        return Process.Start(start)!;
    }

    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(string workFolder, params IEnumerable<string> arguments)
    {
        using var process = Start(workFolder, arguments);
        return await EndAsync(process);
    }

    public static async Task<(int ExitCode, string Output, string Error)> EndAsync(Process process)
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
            throw new TimeoutException($"mirrored did not end within {Limit.TotalMinutes} minutes.");
        }

        return (process.ExitCode, await output, await error);
    }
}
