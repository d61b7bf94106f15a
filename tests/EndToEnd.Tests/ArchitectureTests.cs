using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace MirroredInfluence.EndToEnd.Tests;

public sealed partial class ArchitectureTests
{
    /// <summary>The one direction of docs/architecture.md: a project may reference only projects before it.</summary>
    private static readonly string[] s_order =
    [
        "Core", "Arrow", "Torch", "System.IO.Hashing", "Storage", "Engine", "Report", "Telemetry", "Connections", "Grains.Contracts", "Grains", "Silo", "Client", "Client.Embedded", "Cli",
    ];

    [Fact]
    public void References_RunOneWay()
    {
        var backwards =
            from project in Directory.EnumerateFiles(Repository.Path("src"), "*.csproj", SearchOption.AllDirectories)
            let name = Path.GetFileNameWithoutExtension(project)
            from reference in XDocument.Load(project).Descendants("ProjectReference")
            let target = Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value)
            where Array.IndexOf(s_order, target) < 0 || Array.IndexOf(s_order, target) >= Array.IndexOf(s_order, name)
            select $"{name} → {target}";

        Assert.Empty(backwards);
    }

    [Fact]
    public void ArrowAndTorch_DoNotKnowEachOther()
    {
        Assert.DoesNotContain("Torch", File.ReadAllText(Repository.Path("src", "Arrow", "Arrow.csproj")), StringComparison.Ordinal);
        Assert.DoesNotContain("Arrow", File.ReadAllText(Repository.Path("src", "Torch", "Torch.csproj")), StringComparison.Ordinal);
    }

    [Fact]
    public void Core_HasNoPackagesAndNoFiles()
    {
        Assert.Empty(XDocument.Load(Repository.Path("src", "Core", "Core.csproj")).Descendants("PackageReference"));
        Assert.DoesNotContain(
            SourceFiles("Core"),
            file => InputOutput().IsMatch(File.ReadAllText(file)));
    }

    [Fact]
    public void EachFile_HasOnePublicType()
    {
        var crowded =
            from file in SourceFiles("")
            let count = PublicType().Count(File.ReadAllText(file))
            where count > 1
            select $"{Path.GetRelativePath(Repository.Root, file)}: {count} public types";

        Assert.Empty(crowded);
    }

    [Fact]
    public void OnlyTorch_CallsTheNativeLibrary()
    {
        Assert.DoesNotContain(
            SourceFiles("").Where(file => !file.Contains("/src/Torch/", StringComparison.Ordinal)),
            file => File.ReadAllText(file).Contains("LibraryImport(\"mirrored_torch\"", StringComparison.Ordinal));
    }

    private static IEnumerable<string> SourceFiles(string project) =>
        Directory.EnumerateFiles(Repository.Path("src", project), "*.cs", SearchOption.AllDirectories);

    [GeneratedRegex(@"\b(?:File|Directory|FileStream|Process|Socket|HttpClient)\b[.(]")]
    private static partial Regex InputOutput();

    // Nested types are indented; a public type of a file-scoped namespace is not.
    [GeneratedRegex(@"^public\s+(?:(?:static|sealed|abstract|partial|readonly|ref|unsafe|record)\s+)*(?:class|struct|interface|enum|record|delegate)\s", RegexOptions.Multiline)]
    private static partial Regex PublicType();
}
