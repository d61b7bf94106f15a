using System.Text;
using System.Text.Json.Nodes;

namespace MirroredInfluence.Deploy.Tests;

/// <summary>Holds objects to the types of npm's kubernetes-models: TypeScript refuses fields a type does not have, missing ones and wrong values.</summary>
internal static class KubernetesTypes
{
    private static readonly Dictionary<string, string> s_modules = new()
    {
        ["v1 ConfigMap"] = "v1/ConfigMap",
        ["v1 ServiceAccount"] = "v1/ServiceAccount",
        ["v1 Service"] = "v1/Service",
        ["apps/v1 Deployment"] = "apps/v1/Deployment",
        ["batch/v1 Job"] = "batch/v1/Job",
        ["networking.k8s.io/v1 NetworkPolicy"] = "networking.k8s.io/v1/NetworkPolicy",
        ["policy/v1 PodDisruptionBudget"] = "policy/v1/PodDisruptionBudget",
    };

    public static async Task<IReadOnlyList<string>> ComplaintsAsync(IEnumerable<JsonObject> objects)
    {
        var source = new StringBuilder();
        foreach (var (index, found) in objects.Index())
        {
            var (kind, module) = ((string)found["kind"]!, s_modules[$"{found["apiVersion"]} {found["kind"]}"]);
            source.AppendLine($"import type {{ I{kind} as T{index} }} from 'kubernetes-models/{module}'; export const _{index}: T{index} = {found.ToJsonString()};");
        }

        // Where node finds the package.
        using var work = new TemporaryFolder();
        Directory.CreateSymbolicLink(work.File("node_modules"), Repository.Path("tests", "Deploy.Tests", "node_modules"));
        var outcome = await Tool.RunAsync(
            Tool.TypeScript, "--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", work.Write("objects.ts", source.ToString()));
        return outcome.ExitCode == 0 ? [] : outcome.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
