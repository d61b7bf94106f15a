namespace MirroredInfluence.Cli.Tests;

/// <summary>Help as a new user reads it. After a change that is meant: <c>for verb in '' import …; do ./mirrored $verb --help > tests/Cli.Tests/Help/….txt; done</c></summary>
public sealed class HelpTests
{
    [Theory]
    [InlineData("")]
    [InlineData("doctor")]
    [InlineData("import")]
    [InlineData("inspect")]
    [InlineData("status")]
    [InlineData("verify")]
    public async Task Help_IsAsWritten(string verb)
    {
        var name = verb.Length == 0 ? "mirrored" : verb;
        string[] arguments = verb.Length == 0 ? ["--help"] : [verb, "--help"];

        var outcome = await BuiltCommand.RunAsync(AppContext.BaseDirectory, arguments);

        var expected = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Help", $"{name}.txt"), TestContext.Current.CancellationToken);
        Assert.Equal(new CommandOutcome(0, expected, ""), outcome);
    }

    [Theory]
    [InlineData("run")]
    [InlineData("plan")]
    [InlineData("tune")]
    public async Task EveryFieldOfTheSpec_IsAFlagWithItsDescription(string verb)
    {
        var outcome = await BuiltCommand.RunAsync(AppContext.BaseDirectory, verb, "--help");

        var help = string.Join(' ', outcome.Output.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
        foreach (var field in SpecField.All.Where(field => field.Flag is not null))
        {
            Assert.Contains($"{field.Flag} ", help, StringComparison.Ordinal);
            Assert.Contains(field.Description, help, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task NoArguments_ShowHelp()
    {
        var outcome = await BuiltCommand.RunAsync(AppContext.BaseDirectory);

        Assert.Equal(0, outcome.ExitCode);
        Assert.StartsWith("Which training rows", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryExample_NamesItsVerb_AndIsNotRefused()
    {
        foreach (var verb in CommandLine.AllVerbs())
        {
            Assert.NotEmpty(verb.Examples);
            foreach (var example in verb.Examples)
            {
                Assert.StartsWith(verb.Name, example.CommandLine, StringComparison.Ordinal);
                Assert.Empty(CommandLine.CreateRoot().Parse(example.CommandLine.Replace("'", "", StringComparison.Ordinal)).Errors);
            }
        }
    }

    [Fact]
    public async Task Reference_HasASectionForEachVerb()
    {
        var reference = await File.ReadAllLinesAsync(Path.Combine(AppContext.BaseDirectory, "cli.md"), TestContext.Current.CancellationToken);

        Assert.Equal(
            CommandLine.AllVerbs().Select(verb => $"## {verb.Name}"),
            reference.Where(line => line.StartsWith("## ", StringComparison.Ordinal) && char.IsLower(line[3])));
    }
}
