using System.Buffers.Binary;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using MirroredInfluence.Client;
using MirroredInfluence.Connections;
using MirroredInfluence.Engine.Tests;
using MirroredInfluence.Grains;
using MirroredInfluence.Report;
using MirroredInfluence.Samples;
using Orleans.Configuration;

namespace MirroredInfluence.Silo.Tests.Tls;

/// <summary>Two silos, as processes, that reach each other over TLS only.</summary>
public sealed class ClusterTlsTests(ClusterWithTls cluster) : IClassFixture<ClusterWithTls>, IDisposable
{
    private readonly Workbench _bench = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Refused => new()
    {
        { "a stranger's", "is not signed by the authority that is trusted here" },
        { "expired", "has expired, or is not valid yet" },
        { "a server's", "is not made for this use (extended key usage: servers need serverAuth, clients clientAuth, silos both)" },
        { "a silo's", "is not signed by the authority that is trusted here" },
    };

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task ARunOverTls_HasTheEnginesBytes()
    {
        var spec = _bench.Spec();
        var expected = await _bench.RunAsync(spec, "here");
        await using var client = await cluster.ConnectAsync(cluster.Client);
        var run = await client.SubmitAsync(spec, new RunOptions { Directory = _bench.File("there") }, Cancel);
        using var json = new MemoryStream();
        ResultWriter.WriteJson(json, expected);
        Assert.Equal(json.ToArray(), (await run.ResultAsync(Cancel)).Json.ToArray());
    }

    [Fact]
    public async Task TheReadmesProgram_FindsRows()
    {
        var files = cluster.Client;
        var result = await OnACluster.FindAsync(_bench.Spec(), _bench.File("sample"), cluster.First.Gateway(), files);
        Assert.Equal(100, result.ScoredRows);
        Assert.Contains(
            $"```csharp\n{await File.ReadAllTextAsync(Repository.Path("tests", "Silo.Tests", "Samples", "OnACluster.cs"), Cancel)}```",
            await File.ReadAllTextAsync(Repository.Path("src", "Client", "README.md"), Cancel),
            StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Refused))]
    public async Task AClientWithAnotherCertificate_IsRefusedAtTheGateway_AndBothSidesSayWhy(string whose, string reason)
    {
        var files = Files(whose);
        var failure = await Assert.ThrowsAsync<MirroredException>(() => ClusterWithTls.KnockAsync(cluster.First.GatewayPort, files));

        Assert.Equal(FailureKind.Invalid, failure.Kind);
        Assert.StartsWith($"127.0.0.1:{cluster.First.GatewayPort}: refuses the certificate in {files.Certificate}, 'CN={whose}'", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith($": it {reason}.", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
        await cluster.First.LineAsync($@"127\.0\.0\.1:\d+: refused at the gateway: its certificate 'CN={whose}' .*{reason.Split('(')[0]}");
    }

    [Theory]
    [InlineData("a client's")]
    [InlineData("a stranger's")]
    public async Task WhoIsNoSilo_IsRefusedAtTheSiloPort(string whose)
    {
        var failure = await Assert.ThrowsAsync<MirroredException>(() => ClusterWithTls.KnockAsync(cluster.First.SiloPort, Files(whose)));

        Assert.Equal(FailureKind.Invalid, failure.Kind);
        Assert.EndsWith("it is not signed by the authority that is trusted here.", failure.Message, StringComparison.Ordinal);
        await cluster.First.LineAsync($@"refused at the silo port: its certificate 'CN={whose}' .* is not signed");
    }

    [Fact]
    public async Task WhatAStrangerCallsItself_StaysOnItsLine()
    {
        var files = cluster.Stranger.Issue("one\nfake: \u001b[31mtwo", cluster.SiloAuthority, Authority.UsesOfAClient);
        await Assert.ThrowsAsync<MirroredException>(() => ClusterWithTls.KnockAsync(cluster.First.GatewayPort, files));

        await cluster.First.LineAsync(@"refused at the gateway: its certificate 'CN=.?one\?fake: \?\[31mtwo.?' \(signed by 'CN=strangers'");
        Assert.DoesNotContain(cluster.First.Said, line => line.StartsWith("fake", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ASilo_IsLetInAtTheSiloPort() => await ClusterWithTls.KnockAsync(cluster.First.SiloPort, cluster.SiloFiles);

    [Fact]
    public async Task AClientWithoutACertificate_IsRefused()
    {
        await using var stream = await ClusterWithTls.OpenAsync(cluster.First.GatewayPort);
        await using var tls = new SslStream(stream);
        await tls.AuthenticateAsClientAsync(Trusting(cluster.Client), Cancel);

        Assert.Equal(2, tls.ReadByte());
        await cluster.First.LineAsync("refused at the gateway: it shows no certificate");
    }

    [Fact]
    public async Task AClientWithoutTls_LearnsThatACertificateIsAskedFor()
    {
        var failure = await Assert.ThrowsAsync<MirroredException>(() => cluster.ConnectAsync(null));

        Assert.Equal(FailureKind.Invalid, failure.Kind);
        Assert.Matches(
            @"^127\.0\.0\.1:\d+: asks for a certificate, and none was given\. Give one that the cluster's client authority signed: --tls-cert, --tls-key and --tls-ca, or ClusterAddress\.Tls\.$",
            failure.Message);
        await cluster.First.LineAsync("refused at the gateway: no TLS: ");
    }

    [Fact]
    public async Task AClientThatTrustsOthers_ConnectsToNobody()
    {
        var failure = await Assert.ThrowsAsync<MirroredException>(() => cluster.ConnectAsync(cluster.Client with { Authority = cluster.Stranger.RootFile }));

        Assert.Equal(FailureKind.Invalid, failure.Kind);
        Assert.Matches("the silo's certificate, 'CN=silo-[01]' .*, is not signed by the authority that is trusted here. Expected one that .*strangers.root.pem signed.$", failure.Message);
    }

    [Fact]
    public async Task AClientWhoseOwnCertificateHasExpired_SaysSoBeforeItConnects()
    {
        var files = Files("expired");
        var failure = await Assert.ThrowsAsync<MirroredException>(() => cluster.ConnectAsync(files));

        Assert.Equal(FailureKind.Invalid, failure.Kind);
        Assert.Matches($"^{files.Certificate}: the certificate 'CN=expired' .* has expired, or is not valid yet. Have it renewed.$", failure.Message);
    }

    [Fact]
    public async Task Garbage_IsRefusedAtBothPorts_AndTheClusterGoesOn()
    {
        foreach (var (port, name) in new[] { (cluster.First.SiloPort, "silo port"), (cluster.First.GatewayPort, "gateway") })
        {
            await using var stream = await ClusterWithTls.OpenAsync(port);
            await AssertClosedAfterNoiseAsync(stream);
            await cluster.First.LineAsync($"refused at the {name}: no TLS: ");
        }

        await AssertGoesOnAsync();
    }

    [Fact]
    public async Task GarbageOfAnAuthenticatedClient_ClosesItsConnectionOnly()
    {
        await using var stream = await ClusterWithTls.OpenAsync(cluster.First.GatewayPort);
        await using var tls = new SslStream(stream);
        await tls.AuthenticateAsClientAsync(Showing(cluster.Client), Cancel);
        Assert.Equal(1, tls.ReadByte());

        await AssertClosedAfterNoiseAsync(tls);
        await cluster.First.LineAsync("its connection to the gateway is closed, since it sent what no silo understands: ");
        await AssertGoesOnAsync();
    }

    [Theory]
    [InlineData(int.MaxValue, 0, "Invalid header size: 2147483647")]
    [InlineData(100, int.MaxValue, "Invalid body size: 2147483647")]
    [InlineData(-7, 0, "Invalid header size: -7")]
    public async Task AMessageOfNoSize_ClosesItsConnectionOnly(int headerBytes, int bodyBytes, string reason)
    {
        ConnectionContext? connection = null;
        var address = new ClusterAddress { Gateways = [cluster.First.Gateway()], Tls = cluster.Client };
        await using var client = await MirroredClient.ConnectAsync(
            address,
            builder => builder.Configure<ClientConnectionOptions>(options => options.ConfigureConnection(inside => inside.Use(next => opened => next(connection = opened)))),
            Cancel);
        await client.ListAsync(Cancel);
        var frame = new byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(frame, headerBytes);
        BinaryPrimitives.WriteInt32LittleEndian(frame.AsSpan(4), bodyBytes);
        await connection!.Transport.Output.WriteAsync(frame, Cancel);

        await cluster.First.LineAsync(reason);
        await AssertGoesOnAsync();
    }

    [Fact]
    public async Task AnOrderOfNonsense_ChangesNothing_AndIsLogged()
    {
        await using var client = await cluster.ConnectAsync(cluster.Client);
        var known = await client.ListAsync(Cancel);
        var spec = _bench.Spec();
        var wrong = spec with { Train = spec.Train with { Shards = ["https://host/rows\u001b[31m\n.arrow?sig=secret"] } };
        var failure = await Assert.ThrowsAsync<MirroredException>(() => client.SubmitAsync(wrong, new RunOptions { Directory = _bench.File("nonsense") }, Cancel));

        Assert.Equal(FailureKind.Invalid, failure.Kind);
        Assert.Equal(known.Length, (await client.ListAsync(Cancel)).Length);
        Assert.False(Directory.Exists(_bench.File("nonsense")));
        await cluster.LineOfAnyAsync("IRunsGrain.SubmitAsync is refused: https://host/rows.* .arrow: found an address with a signature");
    }

    [Theory]
    [InlineData(null, null, null, "")]
    [InlineData("\0", "{", -1, "")]
    public async Task AnOrderThatNoClientOfOursSends_ChangesNothing_AndIsLogged(string? directory, string? spec, int? priority, string reason)
    {
        IGrainFactory? grains = null;
        var address = new ClusterAddress { Gateways = [cluster.First.Gateway()], Tls = cluster.Client };
        await using var client = await MirroredClient.ConnectAsync(address, builder => builder.Services.AddHostedService(services => new Taker(services.GetRequiredService<IGrainFactory>(), found => grains = found)), Cancel);
        var known = await client.ListAsync(Cancel);
        var order = new RunOrder { Directory = directory!, Spec = spec!, Priority = priority ?? 10, AllowPoisoned = false };
        await Assert.ThrowsAnyAsync<Exception>(() => grains!.GetGrain<IRunsGrain>(0).SubmitAsync(order));

        Assert.Equal(known.Length, (await client.ListAsync(Cancel)).Length);
        await cluster.LineOfAnyAsync($"IRunsGrain.SubmitAsync is refused: {reason}");
    }

    [Fact]
    public async Task TheCommand_TakesCertificatesFromFlagsAndVariables()
    {
        var files = cluster.Client;
        var shown = await RunAsync([], "runs", "--cluster", cluster.First.Gateway(), "--tls-cert", files.Certificate, "--tls-key", files.Key, "--tls-ca", files.Authority);
        Assert.True(shown.ExitCode == 0, shown.Error);

        var environment = new Dictionary<string, string> { ["MIRRORED_CLUSTER"] = cluster.First.Gateway(), ["MIRRORED_TLS_CERT"] = files.Certificate, ["MIRRORED_TLS_KEY"] = files.Key };
        var missing = await RunAsync(environment, "runs");
        Assert.Equal(
            (2, "mirrored: --tls-ca: not given, and MIRRORED_TLS_CA is not set; expected all three of --tls-cert, --tls-key, --tls-ca, or none.\n"), (missing.ExitCode, missing.Error));
        environment["MIRRORED_TLS_CA"] = files.Authority;
        Assert.Equal(0, (await RunAsync(environment, "runs")).ExitCode);

        environment["MIRRORED_TLS_CERT"] = cluster.Stranger.Issue("other", cluster.SiloAuthority, Authority.UsesOfAClient).Certificate;
        environment["MIRRORED_TLS_KEY"] = Path.ChangeExtension(environment["MIRRORED_TLS_CERT"], "key.pem");
        var refused = await RunAsync(environment, "runs");
        Assert.Equal(2, refused.ExitCode);
        Assert.Matches("^mirrored: .*: refuses the certificate in .*other.pem, 'CN=other' .*: it is not signed by the authority that is trusted here.\n$", refused.Error);

        async Task<CommandOutcome> RunAsync(Dictionary<string, string> variables, params string[] arguments)
        {
            using var process = CommandProcess.Start(Repository.Path("artifacts", "bin", "Cli", "release", "mirrored"), Path.GetDirectoryName(_bench.File("any"))!, variables, arguments);
            return await CommandProcess.EndAsync(process);
        }
    }

    private TlsFiles Files(string whose) => whose switch
    {
        "a stranger's" => cluster.Stranger.Issue(whose, cluster.SiloAuthority, Authority.UsesOfAClient),
        "expired" => cluster.ClientAuthority.Issue(whose, cluster.SiloAuthority, Authority.UsesOfAClient, hasExpired: true),
        "a server's" => cluster.ClientAuthority.Issue(whose, cluster.SiloAuthority, [Authority.Server]),
        "a client's" => cluster.ClientAuthority.Issue(whose, cluster.SiloAuthority, Authority.UsesOfAClient),
        _ => cluster.SiloAuthority.Issue(whose, cluster.SiloAuthority, Authority.UsesOfASilo),
    };

    private async Task AssertGoesOnAsync()
    {
        await using var client = await cluster.ConnectAsync(cluster.Client);
        await client.ListAsync(Cancel);
    }

    private static async Task AssertClosedAfterNoiseAsync(Stream stream)
    {
        var noise = new byte[100_000];
        new Random(1).NextBytes(noise);
        try
        {
            await stream.WriteAsync(noise, Cancel);
            Assert.Equal(0, await stream.ReadAsync(new byte[1], Cancel));
        }
        catch (IOException)
        {
            // Cut off.
        }
    }

    private static SslClientAuthenticationOptions Trusting(TlsFiles files)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(files.Authority);
        return new SslClientAuthenticationOptions { TargetHost = "silo", CertificateChainPolicy = policy, RemoteCertificateValidationCallback = (_, _, chain, _) => chain!.ChainStatus.Length == 0 };
    }

    private static SslClientAuthenticationOptions Showing(TlsFiles files)
    {
        var options = Trusting(files);
        options.ClientCertificates = [X509Certificate2.CreateFromPemFile(files.Certificate, files.Key)];
        return options;
    }

    private sealed class Taker(IGrainFactory grains, Action<IGrainFactory> take) : Microsoft.Extensions.Hosting.IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            take(grains);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
