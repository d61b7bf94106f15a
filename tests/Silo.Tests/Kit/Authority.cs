using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MirroredInfluence.Connections;

namespace MirroredInfluence.Silo.Tests;

/// <summary>Who signs certificates; all its files are in a folder of the test's.</summary>
internal sealed class Authority
{
    public static readonly Oid Server = new("1.3.6.1.5.5.7.3.1"), Client = new("1.3.6.1.5.5.7.3.2");

    private readonly TemporaryFolder _folder;
    private readonly X509Certificate2 _root;
    private int _issuedCount;

    public Authority(TemporaryFolder folder, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        (_folder, _root) = (folder, request.CreateSelfSigned(Today.AddYears(-2), Today.AddYears(2)));
        RootFile = folder.Write($"{name}.root.pem", _root.ExportCertificatePem());
    }

    public string RootFile { get; }

    private static DateTimeOffset Today => TimeProvider.System.GetUtcNow();

    public static Oid[] UsesOfASilo => [Server, Client];

    public static Oid[] UsesOfAClient => [Client];

    /// <param name="trusted">Whose root the owner of the certificate trusts.</param>
    /// <param name="name">Of certificate and files; the same again replaces them.</param>
    public TlsFiles Issue(string name, Authority trusted, Oid[] uses, bool hasExpired = false)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(name);
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([.. uses], critical: false));
        var validTo = hasExpired ? Today.AddDays(-1) : Today.AddDays(1);
        using var certificate = request.Create(_root, validTo.AddYears(-1), validTo, BitConverter.GetBytes(++_issuedCount));
        return new TlsFiles
        {
            Certificate = _folder.Write($"{name}.pem", certificate.ExportCertificatePem()),
            Key = _folder.Write($"{name}.key.pem", key.ExportPkcs8PrivateKeyPem()),
            Authority = trusted.RootFile,
        };
    }
}
