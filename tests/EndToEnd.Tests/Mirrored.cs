using System.Diagnostics;

namespace MirroredInfluence.EndToEnd.Tests;

/// <summary>The built command, run as a process from a folder of the test's own.</summary>
internal static class Mirrored
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5);

    public static Process Start(string workFolder, params IEnumerable<string> arguments) =>
        StartProgram(Repository.Path("mirrored"), workFolder, arguments);

    public static Process StartProgram(string program, string workFolder, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = workFolder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // A cache of the test's own: neither the user's is used, nor does one test warm another.
        start.Environment["XDG_CACHE_HOME"] = Path.Combine(workFolder, "cache");
        return Process.Start(start)!;
    }

    public static async Task<CommandOutcome> RunAsync(string workFolder, params IEnumerable<string> arguments)
    {
        using var process = Start(workFolder, arguments);
        return await OutcomeAsync(process);
    }

    public static async Task<CommandOutcome> OutcomeAsync(Process process)
    {
        using var limit = new CancellationTokenSource(s_limit);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var error = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"mirrored did not end within {s_limit.TotalMinutes} minutes.");
        }

        return new CommandOutcome(process.ExitCode, await output, await error);
    }

    /// <summary>Runs the command and fails the test, with what it said, unless it exits with 0.</summary>
    public static async Task<string> MustRunAsync(string workFolder, params IEnumerable<string> arguments)
    {
        var outcome = await RunAsync(workFolder, arguments);
        Assert.True(outcome.ExitCode == 0, $"mirrored {string.Join(' ', arguments)} exited with {outcome.ExitCode}:\n{outcome.Output}{outcome.Error}");
        return outcome.Output;
    }
}
