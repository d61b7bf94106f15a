namespace MirroredInfluence.EndToEnd.Tests;

/// <summary>The Python reference, run with Debian's torch.</summary>
internal static class Python
{
    private static string Program { get; } = Environment.GetEnvironmentVariable("PYTHON") ?? "/usr/bin/python3";

    public static async Task<CommandOutcome> RunAsync(string workFolder, params IEnumerable<string> arguments)
    {
        using var process = Mirrored.StartProgram(Program, workFolder, arguments);
        return await Mirrored.OutcomeAsync(process);
    }
}
