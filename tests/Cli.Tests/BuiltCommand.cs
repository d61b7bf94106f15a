using System.Diagnostics;

namespace MirroredInfluence.Cli.Tests;

/// <summary>The command that was built with these tests.</summary>
internal static class BuiltCommand
{
    public static Process Start(string workFolder, params IEnumerable<string> arguments) =>
        CommandProcess.Start(Path.Combine(AppContext.BaseDirectory, "mirrored"), workFolder, arguments);

    public static async Task<CommandOutcome> RunAsync(string workFolder, Dictionary<string, string> environment, params IEnumerable<string> arguments)
    {
        using var process = CommandProcess.Start(Path.Combine(AppContext.BaseDirectory, "mirrored"), workFolder, environment, arguments);
        return await CommandProcess.EndAsync(process);
    }

    public static async Task<CommandOutcome> RunAsync(string workFolder, params IEnumerable<string> arguments)
    {
        using var process = Start(workFolder, arguments);
        return await CommandProcess.EndAsync(process);
    }
}
