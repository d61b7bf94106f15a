using System.Text.Json.Nodes;

namespace MirroredInfluence.Deploy.Tests;

internal static class Chart
{
    private static readonly string s_chart = Path.Combine("helm", "mirrored");

    /// <summary>Values files that users start from.</summary>
    public static TheoryData<string> Examples =>
        [.. Directory.EnumerateFiles(Repository.Path("helm", "examples")).Select(path => Path.GetFileNameWithoutExtension(path)!).Order(StringComparer.Ordinal)];

    public static string ValuesOf(string example) => Path.Combine("helm", "examples", example + ".yaml");

    public static Task<CommandOutcome> TemplateAsync(string example, params IEnumerable<string> arguments) =>
        Tool.RunAsync(Tool.Helm, ["template", "run", s_chart, "--values", ValuesOf(example), .. arguments]);

    public static async Task<IReadOnlyList<JsonObject>> RenderAsync(string example, params IEnumerable<string> arguments) =>
        Manifests.Parse(await Tool.MustRunAsync(Tool.Helm, ["template", "run", s_chart, "--values", ValuesOf(example), .. arguments]));
}
