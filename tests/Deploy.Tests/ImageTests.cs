using System.Text.RegularExpressions;

namespace MirroredInfluence.Deploy.Tests;

public sealed partial class ImageTests
{
    public static TheoryData<string> Dockerfiles =>
        [.. Directory.EnumerateFiles(Repository.Path("docker")).Select(path => Path.GetRelativePath(Repository.Root, path)).Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Dockerfiles))]
    public async Task Dockerfile_IsLinted(string file)
    {
        // The linter ends with the number of issues it found.
        await Tool.MustRunAsync(Repository.Path("tests", "Deploy.Tests", "node_modules", ".bin", "dockerfilelint"), file);
    }

    [Theory, MemberData(nameof(Dockerfiles))]
    public async Task Image_RunsTheCommandAsTheChartsUser(string file)
    {
        var image = await LastStageAsync(file);
        var user = (await Chart.RenderAsync("cpu")).Only("Job").Text("spec/template/spec/securityContext/runAsUser");

        Assert.Contains($"USER {user}:{user}\n", image, StringComparison.Ordinal);
        Assert.Contains("ENV HOME=/tmp ", image, StringComparison.Ordinal);
        Assert.EndsWith("ENTRYPOINT [\"mirrored\"]\n", image, StringComparison.Ordinal);
    }

    /// <summary>A base without a version is another one tomorrow.</summary>
    [Theory, MemberData(nameof(Dockerfiles))]
    public async Task Bases_HaveVersions(string file) =>
        Assert.All(
            Base().Matches(await ReadAsync(file)).Select(match => match.Groups["image"].Value),
            image => Assert.Matches(@":[0-9]", image));

    /// <summary>A silo serves its health by ASP.NET, whose image holds both of .NET's runtimes.</summary>
    [Theory, MemberData(nameof(Dockerfiles))]
    public async Task Image_HoldsTheSiloThatTheChartStarts(string file)
    {
        var (text, image) = (await ReadAsync(file), await LastStageAsync(file));
        var command = Assert.Single((await ClusterChart.RenderAsync("cpu")).Pods()["silo"].List("containers/0/command")).ToString();

        Assert.Contains("FROM mcr.microsoft.com/dotnet/aspnet:10.0 AS runtime\n", text, StringComparison.Ordinal);
        Assert.Contains("ENV UseOrleans=true\n", text, StringComparison.Ordinal);
        Assert.Contains("dotnet publish src/Silo -c Release -o /opt/silo\n", text, StringComparison.Ordinal);
        Assert.Contains($"ln -s /opt/silo/MirroredInfluence.Silo /usr/local/bin/{command}\n", image, StringComparison.Ordinal);
    }

    private static async Task<string> LastStageAsync(string file)
    {
        var text = await ReadAsync(file);
        return text[text.LastIndexOf("\nFROM ", StringComparison.Ordinal)..];
    }

    private static Task<string> ReadAsync(string file) => File.ReadAllTextAsync(Repository.Path(file), TestContext.Current.CancellationToken);

    [GeneratedRegex(@"^FROM (?<image>\S+)", RegexOptions.Multiline)]
    private static partial Regex Base();
}
