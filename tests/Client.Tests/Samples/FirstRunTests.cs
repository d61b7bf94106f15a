using MirroredInfluence.Engine.Tests;
using MirroredInfluence.Samples;

namespace MirroredInfluence.Client.Tests;

public sealed class FirstRunTests
{
    [Fact]
    public async Task TheReadmesProgram_FindsRows()
    {
        using var bench = new Workbench();
        await File.WriteAllTextAsync(bench.File("spec.json"), RunSpecWriter.Write(bench.Spec()), TestContext.Current.CancellationToken);
        var output = new StringWriter();
        await FirstRun.FindAsync(bench.File("spec.json"), bench.File("first"), output);

        var lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("Finished: 100 of 100", lines[^4]);
        Assert.All(lines[^3..], line => Assert.Matches(@"^\d+: row \d+ of .*train\.arrow, influence -?\d", line));
    }

    [Fact]
    public void TheReadmesProgram_IsTheOneThatIsTested() => Assert.Contains(
        $"```csharp\n{File.ReadAllText(Repository.Path("tests", "Client.Tests", "Samples", "FirstRun.cs"))}```",
        File.ReadAllText(Repository.Path("src", "Client", "README.md")),
        StringComparison.Ordinal);
}
