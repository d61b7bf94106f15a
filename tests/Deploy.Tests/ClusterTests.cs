using System.Text.Json.Nodes;

namespace MirroredInfluence.Deploy.Tests;

/// <summary>What the chart of a cluster renders. That a silo takes its variables is tried in Silo.Tests.</summary>
public sealed class ClusterTests
{
    private const string ServerAuthority = "/etc/mirrored/silo/ca.crt", ClientAuthority = "/etc/mirrored/clients/ca.crt";

    [Theory, MemberData(nameof(ClusterChart.Examples), MemberType = typeof(ClusterChart))]
    public async Task Chart_IsLinted(string example) =>
        await Tool.MustRunAsync(Tool.Helm, "lint", "--strict", "--quiet", Path.Combine("helm", "cluster"), "--values", ClusterChart.ValuesOf(example));

    [Theory, MemberData(nameof(ClusterChart.Examples), MemberType = typeof(ClusterChart))]
    public async Task Kustomize_TakesThePlainManifests(string example)
    {
        var built = Manifests.Parse(await Tool.MustRunAsync(Tool.Kubectl, "kustomize", Path.Combine("k8s", $"cluster-{example}")));
        var written = Manifests.Parse(await File.ReadAllTextAsync(Repository.Path("k8s", $"cluster-{example}", "cluster.yaml"), TestContext.Current.CancellationToken));

        Assert.Equal(written.Count, built.Count);
        Assert.All(written, one => Assert.Contains(built, other => JsonNode.DeepEquals(one, other)));
    }

    /// <summary>But for those of KEDA and cert-manager, whose types are not at hand.</summary>
    [Fact]
    public async Task Objects_HaveTheFieldsOfKubernetes()
    {
        var objects = new List<JsonObject>();
        foreach (var example in ClusterChart.Examples)
            objects.AddRange((await ClusterChart.RenderAsync(example.Data)).Where(found => found.Text("apiVersion") is not ("keda.sh/v1alpha1" or "cert-manager.io/v1")));

        Assert.Empty(await KubernetesTypes.ComplaintsAsync(objects));
    }

    [Theory, MemberData(nameof(ClusterChart.Examples), MemberType = typeof(ClusterChart))]
    public async Task Pods_AreRestricted(string example)
    {
        Assert.All((await ClusterChart.RenderAsync(example)).Pods().Values, pod =>
        {
            Assert.Equal(("true", "10001", "RuntimeDefault"), (pod.Text("securityContext/runAsNonRoot"), pod.Text("securityContext/runAsUser"), pod.Text("securityContext/seccompProfile/type")));
            Assert.Equal("false", pod.Text("automountServiceAccountToken"));
            Assert.All(["hostNetwork", "hostPID", "hostIPC"], host => Assert.Null(pod[host]));
            var container = Assert.Single(pod.List("containers"));
            Assert.Equal(("false", "true"), (container.Text("securityContext/allowPrivilegeEscalation"), container.Text("securityContext/readOnlyRootFilesystem")));
            Assert.Equal(["ALL"], container.List("securityContext/capabilities/drop").Select(item => item.ToString()));
            Assert.True(JsonNode.DeepEquals(container.At("resources/requests"), container.At("resources/limits")));
            Assert.All(["cpu", "memory", "ephemeral-storage"], resource => Assert.NotNull(container.At("resources/limits")![resource]));
            Assert.All(pod.List("volumes").Where(volume => volume["emptyDir"] is not null), volume => Assert.NotNull(volume.Text("emptyDir/sizeLimit")));
        });
    }

    [Theory, MemberData(nameof(ClusterChart.Examples), MemberType = typeof(ClusterChart))]
    public async Task Silos_AreProbedAndDrained(string example)
    {
        Assert.All((await ClusterChart.RenderAsync(example)).Pods().Values, pod =>
        {
            var container = pod.At("containers/0");
            Assert.Equal(
                ("/live", "/live", "/ready"),
                (container.Text("startupProbe/httpGet/path"), container.Text("livenessProbe/httpGet/path"), container.Text("readinessProbe/httpGet/path")));
            var ports = container.List("ports").ToDictionary(port => port.Text("name")!, port => port.Text("containerPort"));
            Assert.Equal(("11111", "30000", "8080"), (ports["silo"], ports["gateway"], ports["health"]));
            Assert.Equal("60", pod.Text("terminationGracePeriodSeconds"));
        });
    }

    [Fact]
    public async Task Ports_AreForWhomTheyAreMeant()
    {
        var rendered = await ClusterChart.RenderAsync("gpu");
        var policy = rendered.Only("NetworkPolicy");
        var (silos, clients) = (policy.At("spec/ingress/0"), policy.At("spec/ingress/1"));

        Assert.Equal(2, policy.List("spec/ingress").Count);
        Assert.Equal("11111", Assert.Single(silos.List("ports")).Text("port"));
        Assert.True(JsonNode.DeepEquals(policy.At("spec/podSelector"), Assert.Single(silos.List("from"))["podSelector"]));
        Assert.Equal("30000", Assert.Single(clients.List("ports")).Text("port"));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"podSelector": {"matchLabels": {"pool-client": "true"}}}"""), Assert.Single(clients.List("from"))));
        Assert.All(policy.List("spec/egress"), rule => Assert.NotEmpty(rule.List("ports")));

        foreach (var deployment in rendered.Where(found => found.Text("kind") == "Deployment"))
        {
            var labels = deployment.At("spec/template/metadata/labels")!;
            foreach (var selector in new[] { policy.At("spec/podSelector/matchLabels"), rendered.Only("Service").At("spec/selector"), rendered.Only("PodDisruptionBudget").At("spec/selector/matchLabels") })
                Assert.All(selector!.AsObject(), label => Assert.Equal(label.Value!.ToString(), labels[label.Key]?.ToString()));
        }
    }

    [Fact]
    public async Task ClientsOfOtherNamespaces_AreLetInByName()
    {
        var clients = (await ClusterChart.RenderAsync("cpu")).Only("NetworkPolicy").At("spec/ingress/1");

        Assert.Equal("notebooks", Assert.Single(clients.List("from")).At("namespaceSelector/matchLabels")!["kubernetes.io/metadata.name"]!.ToString());
    }

    [Fact]
    public async Task Secrets_AreOnlyReferredTo()
    {
        var pod = (await ClusterChart.RenderAsync("cpu", "--set", "connectionStringSecret=store")).Pods()["silo"];
        var secrets = pod.List("containers/0/env").Where(variable => variable.At("valueFrom/secretKeyRef") is not null).ToDictionary(variable => variable.Text("name")!, variable => variable.Text("valueFrom/secretKeyRef/name"));

        Assert.Equal(("membership", "store"), (secrets["Silo__ConnectionString"], secrets["AZURE_STORAGE_CONNECTION_STRING"]));
        Assert.Equal((ServerAuthority, ClientAuthority), (pod.Variable("Silo__Tls__Authority"), pod.Variable("Silo__Tls__ClientAuthority")));
        var volumes = pod.List("volumes").ToDictionary(volume => volume.Text("name")!);
        Assert.Equal(("silos", "clients"), (volumes["silo-certificate"].Text("secret/secretName"), volumes["client-authority"].Text("secret/secretName")));
        Assert.Equal("ca.crt", Assert.Single(volumes["client-authority"].List("secret/items")).Text("key"));
        Assert.All(pod.List("containers/0/volumeMounts"), mount => Assert.Null(mount["subPath"]));   // such a file is not renewed
    }

    [Fact]
    public async Task Coordinators_HaveNoLanesAndNoGpus()
    {
        var pods = (await ClusterChart.RenderAsync("gpu")).Pods();
        var (silo, coordinator) = (pods["silo"], pods["coordinator"]);

        Assert.Equal((null, "cuda"), (silo.Variable("Silo__HasLanes"), silo.Variable("Silo__Compute__Device")));
        Assert.Equal(("false", null), (coordinator.Variable("Silo__HasLanes"), coordinator.Variable("Silo__Compute__Device")));
        Assert.Equal("1", silo.At("containers/0/resources/limits")!["nvidia.com/gpu"]!.ToString());
        Assert.Null(coordinator.At("containers/0/resources/limits")!["nvidia.com/gpu"]);
        Assert.Equal(("registry.example.org/mirrored-influence:0.1.0-cuda", "registry.example.org/mirrored-influence:0.1.0"), (silo.Text("containers/0/image"), coordinator.Text("containers/0/image")));
        Assert.Equal(("202Gi", "26Gi"), (NodeDisk(silo), NodeDisk(coordinator)));
        Assert.Equal(("160", null, "/cache"), (silo.Variable("Silo__Compute__CacheGigabytes"), coordinator.Variable("Silo__Compute__CacheGigabytes"), coordinator.Variable("XDG_CACHE_HOME")));
        Assert.Equal("24Gi", coordinator.List("volumes").Single(volume => volume.Text("name") == "cache").Text("emptyDir/sizeLimit"));
        Assert.Null(coordinator["nodeSelector"]);
        Assert.DoesNotContain((await ClusterChart.RenderAsync("cpu")).Pods().Keys, component => component == "coordinator");

        static string? NodeDisk(JsonNode pod) => pod.Text("containers/0/resources/limits/ephemeral-storage");
    }

    [Fact]
    public async Task Coordinators_TakeTheImageOfSilos_UnlessTheyHaveOne() =>
        Assert.Equal("registry.example.org/mirrored-influence:0.1.0-cuda", (await ClusterChart.RenderAsync("gpu", "--set", "coordinators.image=")).Pods()["coordinator"].Text("containers/0/image"));

    [Fact]
    public async Task PodsOfAKind_AreSpreadOverNodes()
    {
        Assert.All((await ClusterChart.RenderAsync("gpu")).Where(found => found.Text("kind") == "Deployment"), deployment =>
        {
            var spread = Assert.Single(deployment.List("spec/template/spec/topologySpreadConstraints"));
            Assert.Equal(("1", "kubernetes.io/hostname", "ScheduleAnyway"), (spread.Text("maxSkew"), spread.Text("topologyKey"), spread.Text("whenUnsatisfiable")));
            Assert.True(JsonNode.DeepEquals(deployment.At("spec/selector"), spread["labelSelector"]));
        });
    }

    /// <summary>What a silo sends is in docs/reference/telemetry.md, by which the dashboards are judged too.</summary>
    [Fact]
    public async Task Autoscaling_FollowsTheQueue()
    {
        var rendered = await ClusterChart.RenderAsync("gpu", "--namespace", "research");
        var scaler = rendered.Only("ScaledObject");
        var deployment = rendered.Single(found => found.Text("metadata/name") == scaler.Text("spec/scaleTargetRef/name"));

        Assert.Null(deployment.At("spec")!["replicas"]);
        Assert.Equal("sum(mirrored_shard_count{job=\"research/pool\",mirrored_shard_state=\"waiting\"})", scaler.Text("spec/triggers/0/metadata/query"));
        var reference = await File.ReadAllTextAsync(Repository.Path("docs", "reference", "telemetry.md"), TestContext.Current.CancellationToken);
        Assert.Contains("`mirrored.shard.state` |", reference, StringComparison.Ordinal);
        Assert.Contains("| `mirrored_shard_count` |", reference, StringComparison.Ordinal);
        Assert.Equal("pool", deployment.At("spec/template/spec")!.Variable("OTEL_SERVICE_NAME"));
        Assert.DoesNotContain(await ClusterChart.RenderAsync("cpu"), found => found.Text("kind") == "ScaledObject");
    }

    [Fact]
    public async Task CertManager_MakesWhatSilosMount()
    {
        var rendered = await ClusterChart.RenderAsync("gpu");
        var certificate = rendered.Only("Certificate");

        Assert.Equal("silos", certificate.Text("spec/secretName"));
        Assert.Equal(["server auth", "client auth"], certificate.List("spec/usages").Select(usage => usage.ToString()));
        Assert.DoesNotContain(await ClusterChart.RenderAsync("cpu"), found => found.Text("kind") == "Certificate");
    }

    [Theory]
    [InlineData("image=", "image is not set")]
    [InlineData("image=mirrored-influence:latest", "image: Must not validate the schema (not)")]
    [InlineData("ledger=", "ledger is not set")]
    [InlineData("ledger=cluster", "ledger: Does not match pattern")]
    [InlineData("ledger=az://account", "ledger is \"az://account\", which names no container")]
    [InlineData("sharedClaim=", "ledger is below /shared, but sharedClaim is not set")]
    [InlineData("membership.secret=", "membership.secret is not set")]
    [InlineData("membership.kind=AzureTable", "membership.kind: membership.kind must be one of the following")]
    [InlineData("membership.connectionString=Host=db", "membership: Additional property connectionString is not allowed")]
    [InlineData("tls.secret=", "tls.secret is not set: name the Secret with tls.crt, tls.key and ca.crt of silos; or say allowPlaintext=true")]
    [InlineData("tls.clientAuthoritySecret=", "tls.clientAuthoritySecret is not set")]
    [InlineData("tls.clientAuthoritySecret=silos", "tls.secret and tls.clientAuthoritySecret are the same")]
    [InlineData("allowPlaintext=true", "allowPlaintext and tls are both set")]
    [InlineData("silos.replicas=0", "silos.replicas: Must be greater than or equal to 1")]
    [InlineData("silos.resources.gpu=1", "silos.resources: Additional property gpu is not allowed")]
    [InlineData("coordinators.resources.gpus=1", "coordinators.resources: Additional property gpus is not allowed")]
    [InlineData("drainSeconds=0", "drainSeconds: Must be greater than or equal to 10")]
    [InlineData("autoscaling.enabled=true", "autoscaling.prometheus is not set")]
    [InlineData("autoscaling.enabled=true,autoscaling.prometheus=http://prometheus:9090", "autoscaling needs telemetry.endpoint")]
    [InlineData(
        "autoscaling.enabled=true,autoscaling.prometheus=http://prometheus:9090,telemetry.endpoint=http://collector:4318,autoscaling.minReplicas=9", "autoscaling.minReplicas is 9, over maxReplicas, 8.")]
    [InlineData("networkPolicy.clients[0]=notebooks", "networkPolicy.clients.0: Invalid type. Expected: object, given: string")]
    [InlineData("networkPolicy.clients[0].foo=1", "networkPolicy.clients.0: Additional property foo is not allowed")]
    [InlineData("networkPolicy.clients[0].podSelector.matchLabel.app=x", "networkPolicy.clients.0.podSelector: Additional property matchLabel is not allowed")]
    [InlineData("networkPolicy.egress[0].to[0].ipBlock.cdir=10.0.0.0/8", "networkPolicy.egress.0.to.0.ipBlock: Additional property cdir is not allowed")]
    [InlineData("networkPolicy.egress[0].ports[0].prot=9000", "networkPolicy.egress.0.ports.0: Additional property prot is not allowed")]
    [InlineData("coordinators.image=mirrored-influence:latest", "coordinators.image: Must not validate the schema (not)")]
    [InlineData("telemetry.endpoint=http://user:secret@collector:4318", "telemetry.endpoint: Does not match pattern")]
    [InlineData("connectionStringSecret=store,serviceAccount.annotations.azure\\.workload\\.identity/client-id=x", "are both set: silos use one credential")]
    public async Task Value_IsRefused(string set, string message)
    {
        var outcome = await ClusterChart.TemplateAsync("cpu", "--set", set);

        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains(message, outcome.Error, StringComparison.Ordinal);
    }
}
