namespace MirroredInfluence.EndToEnd.Tests;

/// <summary>The Python reference, run with Debian's torch.</summary>
internal static class Python
{
    private static string Program { get; } = Environment.GetEnvironmentVariable("PYTHON") ?? "/usr/bin/python3";

    public static async Task<CommandOutcome> RunAsync(string workFolder, params IEnumerable<string> arguments)
    {
        using var process = CommandProcess.Start(Program, workFolder, arguments);
        return await CommandProcess.EndAsync(process);
    }
}
