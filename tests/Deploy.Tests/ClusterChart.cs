using System.Text.Json.Nodes;

namespace MirroredInfluence.Deploy.Tests;

/// <summary>The chart of a cluster of silos.</summary>
internal static class ClusterChart
{
    private static readonly string s_chart = Path.Combine("helm", "cluster");

    /// <summary>Values files that users start from.</summary>
    public static TheoryData<string> Examples =>
        [.. Directory.EnumerateFiles(Repository.Path("helm", "examples", "clusters")).Select(path => Path.GetFileNameWithoutExtension(path)!).Order(StringComparer.Ordinal)];

    public static string ValuesOf(string example) => Path.Combine("helm", "examples", "clusters", example + ".yaml");

    public static Task<CommandOutcome> TemplateAsync(string example, params IEnumerable<string> arguments) =>
        Tool.RunAsync(Tool.Helm, ["template", "pool", s_chart, "--values", ValuesOf(example), .. arguments]);

    public static async Task<IReadOnlyList<JsonObject>> RenderAsync(string example, params IEnumerable<string> arguments) =>
        Manifests.Parse(await Tool.MustRunAsync(Tool.Helm, ["template", "pool", s_chart, "--values", ValuesOf(example), .. arguments]));

    /// <summary>Pods of the Deployments, by component.</summary>
    public static IReadOnlyDictionary<string, JsonNode> Pods(this IEnumerable<JsonObject> objects) => objects
        .Where(found => found.Text("kind") == "Deployment")
        .ToDictionary(found => found.At("spec/template/metadata/labels")!["app.kubernetes.io/component"]!.ToString(), found => found.At("spec/template/spec")!);

    public static string? Variable(this JsonNode pod, string name) => pod.List("containers/0/env").FirstOrDefault(variable => variable.Text("name") == name).Text("value");
}
