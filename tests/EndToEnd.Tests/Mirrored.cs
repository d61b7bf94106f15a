using System.Diagnostics;

namespace MirroredInfluence.EndToEnd.Tests;

/// <summary>The built command, run from a folder of the test's own.</summary>
internal static class Mirrored
{
    public static Process Start(string workFolder, params IEnumerable<string> arguments) =>
        CommandProcess.Start(Repository.Path("mirrored"), workFolder, arguments);

    public static async Task<CommandOutcome> RunAsync(string workFolder, params IEnumerable<string> arguments)
    {
        using var process = Start(workFolder, arguments);
        return await CommandProcess.EndAsync(process);
    }

    /// <summary>Runs the command and fails the test, with what it said, unless it exits with 0.</summary>
    public static async Task<string> MustRunAsync(string workFolder, params IEnumerable<string> arguments)
    {
        var outcome = await RunAsync(workFolder, arguments);
        Assert.True(outcome.ExitCode == 0, $"mirrored {string.Join(' ', arguments)} exited with {outcome.ExitCode}:\n{outcome.Output}{outcome.Error}");
        return outcome.Output;
    }
}
