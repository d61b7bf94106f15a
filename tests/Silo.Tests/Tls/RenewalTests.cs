using System.Net.Security;

namespace MirroredInfluence.Silo.Tests.Tls;

/// <summary>A silo whose files are replaced while it runs.</summary>
public sealed class RenewalTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ARenewedCertificate_IsTakenUp_AndABrokenOneIsNot()
    {
        var (silos, clients) = (new Authority(_folder, "silos"), new Authority(_folder, "clients"));
        var files = silos.Issue("silo", silos, Authority.UsesOfASilo);
        var client = clients.Issue("client", silos, Authority.UsesOfAClient);
        await using var silo = await LoopbackSilo.StartAsync(_folder.File("ledger"), first: null, ClusterWithTls.Settings(files, clients));
        var first = await ShownAsync(silo.GatewayPort);

        silos.Issue("silo", silos, Authority.UsesOfASilo);
        var second = await ShownAsync(silo.GatewayPort);
        Assert.NotEqual(first, second);
        await silo.LineAsync("silo.pem: took up the new certificate, valid to ");

        _folder.Write("silo.pem", "-----BEGIN CERT");
        Assert.Equal(second, await ShownAsync(silo.GatewayPort));
        await silo.LineAsync("The certificate of before stays in force: .*silo.pem: found no certificate; expected one in PEM");

        silos.Issue("silo", silos, Authority.UsesOfASilo);
        Assert.NotEqual(second, await ShownAsync(silo.GatewayPort));
        await ClusterWithTls.KnockAsync(silo.GatewayPort, client);
    }

    /// <summary>The serial number of the certificate that a silo shows.</summary>
    private static async Task<string> ShownAsync(int port)
    {
        var shown = "";
        await using var stream = await ClusterWithTls.OpenAsync(port);
        await using var tls = new SslStream(stream);
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = "silo", RemoteCertificateValidationCallback = (_, certificate, _, _) => (shown = certificate!.GetSerialNumberString()).Length > 0 }, Cancel);
        return shown;
    }
}
