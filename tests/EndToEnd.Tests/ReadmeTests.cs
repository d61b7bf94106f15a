using System.Text.RegularExpressions;

namespace MirroredInfluence.EndToEnd.Tests;

/// <summary>The README is run, not believed.</summary>
public sealed partial class ReadmeTests
{
    [Fact]
    public async Task YourOwnModel_RunsAsWritten()
    {
        var readme = await File.ReadAllTextAsync(Repository.Path("README.md"), TestContext.Current.CancellationToken);
        var section = readme[readme.IndexOf("## Your own model", StringComparison.Ordinal)..readme.IndexOf("## How it works", StringComparison.Ordinal)];
        var export = Block().Matches(section).First(block => block.Groups["language"].Value == "python").Groups["text"].Value;
        using var work = new TemporaryFolder();
        await MakeModelAndDataAsync(work, export);

        var commands = Block().Matches(section)
            .Where(block => block.Groups["language"].Value == "sh")
            .SelectMany(block => block.Groups["text"].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            .ToArray();
        Assert.Equal(["inspect", "plan", "run", "tune", "verify"], commands.Select(command => command.Split(' ')[1]));
        foreach (var command in commands)
            await Mirrored.MustRunAsync(work.Path, Word().Matches(command["./mirrored ".Length..]).Select(word => word.Value.Trim('\'')));

        Assert.True(File.Exists(work.File("out/first/report.html")));
        Assert.True(File.Exists(work.File("out/first/result.json")));
    }

    /// <summary>The export as written, of a model that stands for "your trained nn.Module", and 64 training and 2 test rows.</summary>
    private static async Task MakeModelAndDataAsync(TemporaryFolder work, string export)
    {
        var setup = $"""
            import sys
            sys.path.insert(0, "{Repository.Path("python")}")
            import numpy, torch
            torch.manual_seed(0)
            yours = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.LayerNorm(784), torch.nn.Linear(784, 10)).eval()
            {Regex.Replace(export, @"model = \.\.\..*", "model = yours")}
            pixels = numpy.random.default_rng(0)
            for name, rows in (("train", 64), ("test", 2)):
                numpy.savez(name + ".npz", image=pixels.standard_normal((rows, 1, 28, 28), dtype=numpy.float32), label=pixels.integers(0, 10, rows))
            """;
        await File.WriteAllTextAsync(work.File("export.py"), setup);
        var exported = await Python.RunAsync(work.Path, "export.py");
        Assert.True(exported.ExitCode == 0, exported.Output + exported.Error);
        await Mirrored.MustRunAsync(work.Path, "import", "train.npz", "--shards", "2", "--out", "train/part");
        await Mirrored.MustRunAsync(work.Path, "import", "test.npz", "--out", "test.arrow");
    }

    [GeneratedRegex(@"```(?<language>\w+)\n(?<text>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"'[^']*'|\S+")]
    private static partial Regex Word();
}
