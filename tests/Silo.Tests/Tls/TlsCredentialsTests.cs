using System.Security.Cryptography;
using MirroredInfluence.Connections;

namespace MirroredInfluence.Silo.Tests.Tls;

public sealed class TlsCredentialsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Authority _silos;
    private readonly TlsFiles _files;

    public TlsCredentialsTests()
    {
        _silos = new Authority(_folder, "silos");
        _files = _silos.Issue("silo", _silos, Authority.UsesOfASilo);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void WhatFits_IsTaken()
    {
        var credentials = TlsCredentials.Open(_files);
        credentials.RefuseUnlessTrusted();
        credentials.RefuseUnlessValid(TimeProvider.System);
        credentials.RefuseSharedRoots(TlsCredentials.Open(_files with { Authority = new Authority(_folder, "clients").RootFile }));
    }

    [Fact]
    public void AFileThatIsNotThere_IsNamed() =>
        AssertRefused($"{_folder.File("none.pem")}: cannot be read: ", () => TlsCredentials.Open(_files with { Authority = _folder.File("none.pem") }));

    [Fact]
    public void AFileWithoutACertificate_IsNamed()
    {
        AssertRefused($"{_files.Key}: found no certificate; expected one in PEM", () => TlsCredentials.Open(_files with { Certificate = _files.Key }));
        AssertRefused($"{_folder.File("empty")}: found no certificate; expected one in PEM", () => TlsCredentials.Open(_files with { Authority = _folder.Write("empty", "") }));
    }

    [Fact]
    public void AnothersKey_IsRefused()
    {
        var other = _silos.Issue("other", _silos, Authority.UsesOfASilo);
        AssertRefused($"{other.Key}: found no private key of the certificate in {_files.Certificate}; expected it in PEM, not encrypted.", () => TlsCredentials.Open(_files with { Key = other.Key }));
    }

    [Fact]
    public void AnEncryptedKey_IsRefused_AndNothingOfItIsSaid()
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(_files.Key));
        var encrypted = _folder.Write("encrypted.pem", key.ExportEncryptedPkcs8PrivateKeyPem("hush", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)));
        AssertRefused($"{encrypted}: found no private key of the certificate in {_files.Certificate}; expected it in PEM, not encrypted.", () => TlsCredentials.Open(_files with { Key = encrypted }));
    }

    [Fact]
    public void AnAuthorityThatAnotherSigned_IsRefused() =>
        AssertRefused($"{_files.Certificate}: found 'CN=silo' (signed by 'CN=silos', ", () => TlsCredentials.Open(_files with { Authority = _files.Certificate }));

    [Fact]
    public void ACertificateThatOtherSilosWouldRefuse_IsRefused()
    {
        var client = _silos.Issue("client", _silos, Authority.UsesOfAClient);
        AssertRefused($"{client.Certificate}: the certificate 'CN=client' (signed by 'CN=silos', ", TlsCredentials.Open(client).RefuseUnlessTrusted, "is not made for this use");

        var stranger = new Authority(_folder, "strangers").Issue("stranger", _silos, Authority.UsesOfASilo);
        AssertRefused($"{stranger.Certificate}: the certificate 'CN=stranger'", TlsCredentials.Open(stranger).RefuseUnlessTrusted, "is not signed by the authority that is trusted here");

        var expired = _silos.Issue("expired", _silos, Authority.UsesOfASilo, hasExpired: true);
        AssertRefused($"{expired.Certificate}: the certificate 'CN=expired'", TlsCredentials.Open(expired).RefuseUnlessTrusted, "has expired, or is not valid yet");
    }

    [Fact]
    public void OneAuthorityForSilosAndClients_IsRefused()
    {
        var clients = new Authority(_folder, "clients");
        var both = _folder.Write("both.pem", File.ReadAllText(clients.RootFile) + "\n" + File.ReadAllText(_silos.RootFile));
        AssertRefused($"{_files.Authority} and {both}: found 'CN=silos'", () => TlsCredentials.Open(_files).RefuseSharedRoots(TlsCredentials.Open(_files with { Authority = both })));
    }

    private static void AssertRefused(string beginning, Action act, string further = "")
    {
        var failure = Assert.Throws<MirroredException>(act);
        Assert.Equal(FailureKind.Invalid, failure.Kind);
        Assert.StartsWith(beginning, failure.Message, StringComparison.Ordinal);
        Assert.Contains(further, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", failure.Message, StringComparison.Ordinal);
    }
}
