namespace MirroredInfluence.EndToEnd.Tests;

/// <summary>
/// The command against the independent Forward-INF of tests/reference: losses, loss differences, influence and the top-100, within the
/// tolerance that tests/reference/agreement.py derives and judges.
/// </summary>
public sealed class ReferenceTests
{
    [Theory]
    [InlineData("cnn")]
    [InlineData("resnet18")]
    [InlineData("resnet18-split")]
    [InlineData("lm")]
    [InlineData("unet")]
    [InlineData("logistic")]
    [InlineData("mlp")]
    public async Task EachCase_AgreesWithTheReference(string model)
    {
        using var work = new TemporaryFolder();
        var made = await Python.RunAsync(work.Path, Repository.Path("tests", "reference", "make_cases.py"), "--out", work.Path, "--models", model);
        Assert.True(made.ExitCode == 0, made.Output + made.Error);
        var folder = work.File(model);
        await Mirrored.MustRunAsync(folder, "import", "train.npz", "--out", "train.arrow");
        await Mirrored.MustRunAsync(folder, "import", "test.npz", "--out", "test.arrow");

        var specs = Directory.GetFiles(folder, "*.spec.json");
        Assert.NotEmpty(specs);
        foreach (var spec in specs)
        {
            var run = Path.Combine(folder, Path.GetFileNameWithoutExtension(spec));
            await Mirrored.MustRunAsync(folder, "run", spec, "--out", run);
            var judged = await Python.RunAsync(folder, Repository.Path("tests", "reference", "agreement.py"), spec, Path.Combine(run, "result.json"));
            Assert.True(judged.ExitCode == 0, judged.Output + judged.Error);
        }
    }
}
