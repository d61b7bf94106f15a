namespace MirroredInfluence.Silo.Tests;

/// <summary>What a person meets who starts a silo by hand.</summary>
public sealed class SiloCommandLineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("--Silo:Ledger x ")]
    public async Task Help_NamesEverySettingWithItsDefault_AsTheReferenceDoes(string before)
    {
        var outcome = await RunAsync($"{before}--help");
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        Assert.Matches("\n  GatewayPort +For clients.* \\[30000\\]\n", outcome.Output);
        Assert.Matches("\n  Compute:Device +cpu, cuda \\(every GPU\\) or cuda:1. \\[cpu\\]\n", outcome.Output);

        var reference = await File.ReadAllTextAsync(Repository.Path("docs", "reference", "silo.md"), TestContext.Current.CancellationToken);
        foreach (var (name, description, value) in SiloSettings.Described())
        {
            Assert.Contains($"  {name} ", outcome.Output, StringComparison.Ordinal);
            Assert.Contains(description, outcome.Output, StringComparison.Ordinal);
            if (!name.StartsWith("Compute:", StringComparison.Ordinal))
                Assert.Matches($@"\n\| (`[^|]*, )?`{name}`.*\|.*{value}.*\|", reference);
        }
    }

    [Theory]
    [InlineData("--ledger x", "unknown flag --ledger; did you mean --Silo:Ledger? See --help.")]
    [InlineData("--Silo:Ledger x --port=1", "unknown flag --port; expected --Silo:NAME VALUE. See --help.")]
    [InlineData("-v", "unknown flag -v; expected --Silo:NAME VALUE. See --help.")]
    [InlineData("--Silo:Ledger x Password=secret", "argument 3 is no flag; expected settings such as --Silo:Ledger FOLDER. See --help.")]
    [InlineData("--Silo:Ledger", "--Silo:Ledger: found nothing after it; expected --Silo:Ledger VALUE.")]
    [InlineData("--Silo:Ledger rows.arrow", "Silo:Ledger: 'rows.arrow' is a file; expected a folder.")]
    [InlineData("--Silo:Ledger az://account", "Silo:Ledger: az://account: names no container; expected az://account/container/path.")]
    [InlineData("--Silo:Ledger x --Silo:SiloPort abc", "Silo:SiloPort: found 'abc'; expected a whole number from 1 to 65535.")]
    public async Task WhatMakesNoSense_EndsWith2_AndOneLine(string arguments, string error)
    {
        _folder.Write("rows.arrow", "");
        var outcome = await RunAsync(arguments);
        Assert.Equal(new CommandOutcome(2, "", $"silo: {error}\n"), outcome);
    }

    private async Task<CommandOutcome> RunAsync(string arguments)
    {
        var ports = FreePorts.Take(3);
        var environment = new Dictionary<string, string> { ["Silo__SiloPort"] = $"{ports[0]}", ["Silo__GatewayPort"] = $"{ports[1]}", ["Silo__HealthPort"] = $"{ports[2]}" };
        using var process = CommandProcess.Start(Repository.Path("artifacts", "bin", "Silo", "release", "MirroredInfluence.Silo"), _folder.Path, environment, arguments.Split(' '));
        return await CommandProcess.EndAsync(process);
    }
}
