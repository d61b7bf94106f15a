using System.Text.Json.Nodes;

namespace MirroredInfluence.Deploy.Tests;

/// <summary>What a reviewer of a cluster's security asks of every manifest.</summary>
public sealed class SecurityTests
{
    [Theory, MemberData(nameof(Chart.Examples), MemberType = typeof(Chart))]
    public async Task Pods_HaveNoPrivilege(string example)
    {
        var pod = await PodAsync(example);

        Assert.Equal("true", pod.Text("securityContext/runAsNonRoot"));
        Assert.True(int.Parse(pod.Text("securityContext/runAsUser")!) >= 10000, "A user id of the node's own could be shared.");
        Assert.Equal("RuntimeDefault", pod.Text("securityContext/seccompProfile/type"));
        Assert.Equal("false", pod.Text("automountServiceAccountToken"));
        Assert.All(["hostNetwork", "hostPID", "hostIPC"], field => Assert.Null(pod[field]));
        Assert.All(pod.List("volumes"), volume => Assert.Null(volume["hostPath"]));
    }

    [Theory, MemberData(nameof(Chart.Examples), MemberType = typeof(Chart))]
    public async Task Containers_HaveNoPrivilege(string example)
    {
        var pod = await PodAsync(example);

        Assert.All(pod.List("containers").Concat(pod.List("initContainers")), container =>
        {
            Assert.Equal("false", container.Text("securityContext/allowPrivilegeEscalation"));
            Assert.Equal("true", container.Text("securityContext/readOnlyRootFilesystem"));
            Assert.Equal(["ALL"], container.List("securityContext/capabilities/drop").Select(item => item.ToString()));
            Assert.Null(container.At("securityContext/capabilities/add"));
            Assert.Null(container.At("securityContext/privileged"));
            Assert.Null(container.At("securityContext/runAsUser"));
        });
    }

    [Theory, MemberData(nameof(Chart.Examples), MemberType = typeof(Chart))]
    public async Task Containers_TakeNoMoreThanTheyAskFor(string example)
    {
        var pod = await PodAsync(example);

        Assert.All(pod.List("containers"), container =>
        {
            Assert.True(JsonNode.DeepEquals(container.At("resources/requests"), container.At("resources/limits")));
            Assert.All(["cpu", "memory", "ephemeral-storage"], resource => Assert.NotNull(container.At("resources/limits")![resource]));
        });
    }

    /// <summary>A volume on the node's disk without a limit fills the node; limits of volumes over that of the container never apply.</summary>
    [Theory, MemberData(nameof(Chart.Examples), MemberType = typeof(Chart))]
    public async Task NodeDisk_IsLimited(string example)
    {
        var pod = await PodAsync(example);

        var volumes = pod.List("volumes").Where(volume => volume["emptyDir"] is not null).Sum(volume => GiB(volume.Text("emptyDir/sizeLimit")));
        Assert.InRange(volumes, 1, GiB(pod.Text("containers/0/resources/limits/ephemeral-storage")) - 1);
    }

    [Theory, MemberData(nameof(Chart.Examples), MemberType = typeof(Chart))]
    public async Task Network_IsClosedButForDnsAndTheStore(string example)
    {
        var rendered = await Chart.RenderAsync(example);
        var policy = rendered.Only("NetworkPolicy");

        Assert.Equal(["Ingress", "Egress"], policy.List("spec/policyTypes").Select(type => type.ToString()));
        Assert.Empty(policy.List("spec/ingress"));
        Assert.All(policy.List("spec/egress"), rule => Assert.All(rule.List("ports"), port => Assert.NotNull(port["port"])));
        Assert.All(policy.List("spec/egress"), rule => Assert.NotEmpty(rule.List("ports")));
        Assert.All(policy.List("spec/egress").Where(rule => rule["to"] is null), rule => Assert.Equal("443", Assert.Single(rule.List("ports")).Text("port")));
        var labels = rendered.Only("Job").At("spec/template/metadata/labels")!;
        Assert.All(policy.At("spec/podSelector/matchLabels")!.AsObject(), label => Assert.Equal(label.Value!.ToString(), labels[label.Key]?.ToString()));
    }

    [Theory, MemberData(nameof(Chart.Examples), MemberType = typeof(Chart))]
    public async Task ServiceAccount_MayDoNothingInTheCluster(string example)
    {
        var rendered = await Chart.RenderAsync(example);

        Assert.Equal("false", rendered.Only("ServiceAccount").Text("automountServiceAccountToken"));
        Assert.Equal(rendered.Only("ServiceAccount").Text("metadata/name"), (await PodAsync(example)).Text("serviceAccountName"));
        Assert.Equal(
            ["ConfigMap", "Job", "NetworkPolicy", "ServiceAccount"],
            rendered.Select(found => found["kind"]!.ToString()).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task ConnectionString_IsOnlyReferredTo()
    {
        var variable = (await PodAsync("connection-string")).List("containers/0/env").Single(found => found.Text("name") == "AZURE_STORAGE_CONNECTION_STRING");

        Assert.Null(variable["value"]);
        Assert.Equal("store", variable.Text("valueFrom/secretKeyRef/name"));
    }

    [Fact]
    public async Task WorkloadIdentity_LabelsThePod()
    {
        var identified = (await Chart.RenderAsync("cpu")).Only("Job").At("spec/template/metadata/labels")!;
        var plain = (await Chart.RenderAsync("volumes")).Only("Job").At("spec/template/metadata/labels")!;

        Assert.Equal("true", identified["azure.workload.identity/use"]!.ToString());
        Assert.Null(plain["azure.workload.identity/use"]);
    }

    private static async Task<JsonNode> PodAsync(string example) => (await Chart.RenderAsync(example)).Only("Job").At("spec/template/spec")!;

    private static int GiB(string? quantity) => int.Parse(quantity!.Replace("Gi", "", StringComparison.Ordinal));
}
