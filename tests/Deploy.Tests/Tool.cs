namespace MirroredInfluence.Deploy.Tests;

/// <summary>A program that `make setup` installed, run in the repository.</summary>
internal static class Tool
{
    private static readonly string s_modules = Repository.Path("tests", "Deploy.Tests", "node_modules");

    public static string Helm { get; } = Path.Combine(s_modules, ".tools", "helm", "helm");

    public static string Kubectl { get; } = Path.Combine(s_modules, ".tools", "kubectl", "kubectl");

    public static string TypeScript { get; } = Path.Combine(s_modules, ".bin", "tsc");

    public static async Task<CommandOutcome> RunAsync(string program, params IEnumerable<string> arguments)
    {
        Assert.True(!Path.IsPathRooted(program) || File.Exists(program), $"{program} is not there: run `make setup`.");
        using var process = CommandProcess.Start(program, Repository.Root, arguments);
        return await CommandProcess.EndAsync(process);
    }

    /// <summary>Runs it and fails the test, with what it said, unless it exits with 0.</summary>
    public static async Task<string> MustRunAsync(string program, params IEnumerable<string> arguments)
    {
        var outcome = await RunAsync(program, arguments);
        Assert.True(outcome.ExitCode == 0, $"{program} {string.Join(' ', arguments)} exited with {outcome.ExitCode}:\n{outcome.Output}{outcome.Error}");
        return outcome.Output;
    }
}
