using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Logging;

namespace MirroredInfluence.Connections;

/// <summary>Certificate, key and authority as the files have them now. Files that cannot be read, or do not fit each other yet, leave in force what was read before.</summary>
public sealed partial class TlsCredentials
{
    private readonly Lock _lock = new();
    private byte[] _digest;
    private Material _material;

    private TlsCredentials(TlsFiles files)
    {
        Files = files;
        var contents = Read(files);
        (_digest, _material) = (DigestOf(contents), Load(files, contents));
    }

    public TlsFiles Files { get; }

    /// <exception cref="MirroredException">Invalid: a file cannot be read, or does not hold what it should.</exception>
    public static TlsCredentials Open(TlsFiles files) => new(files);

    /// <summary>Refuses a certificate of this side that others who trust the same authority would refuse.</summary>
    /// <exception cref="MirroredException">Invalid: says what is wrong with it.</exception>
    public void RefuseUnlessTrusted()
    {
        using var chain = new X509Chain { ChainPolicy = PeerCheck.Policy(_material.Roots) };
        chain.ChainPolicy.ExtraStore.AddRange(_material.Chain);
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.1"));   // of a server
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.2"));   // of a client
        chain.Build(_material.Certificate);
        if (PeerCheck.Of(_material.Certificate, chain) is var verdict and not PeerVerdict.Welcome)
            throw Failure.Invalid($"{Files.Certificate}: the certificate {PeerCheck.Describe(_material.Certificate)} {PeerCheck.Text(verdict)}; expected one that {Files.Authority} signed, for servers and clients.");
    }

    /// <exception cref="MirroredException">Invalid: the certificate of this side is not valid now.</exception>
    public void RefuseUnlessValid(TimeProvider time)
    {
        var now = time.GetUtcNow();
        if (now < _material.Certificate.NotBefore.ToUniversalTime() || now > _material.Certificate.NotAfter.ToUniversalTime())
            throw Failure.Invalid($"{Files.Certificate}: the certificate {PeerCheck.Describe(_material.Certificate)} {PeerCheck.Text(PeerVerdict.NotValidNow)}. Have it renewed.");
    }

    /// <summary>Refuses two that trust the same root, where whom one trusts must not pass as whom the other trusts.</summary>
    /// <exception cref="MirroredException">Invalid: names the root.</exception>
    public void RefuseSharedRoots(TlsCredentials other)
    {
        foreach (var root in _material.Roots)
        {
            if (other._material.Roots.Any(theirs => theirs.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(root.PublicKey.ExportSubjectPublicKeyInfo())))
                throw Failure.Invalid($"{Files.Authority} and {other.Files.Authority}: found {PeerCheck.Describe(root)} in both; expected two authorities, since whom one signs must not pass as whom the other signs.");
        }
    }

    /// <summary>Reads the files again if they have changed.</summary>
    internal Material Current(ILogger logger)
    {
        lock (_lock)
        {
            try
            {
                var contents = Read(Files);
                var digest = DigestOf(contents);
                if (!digest.AsSpan().SequenceEqual(_digest))
                {
                    (_material, _digest) = (Load(Files, contents), digest);
                    LogRenewed(logger, Files.Certificate, _material.Certificate.NotAfter.ToUniversalTime());
                }
            }
            catch (MirroredException exception)
            {
                LogKept(logger, exception.Message);
            }

            return _material;
        }
    }

    private static byte[][] Read(TlsFiles files) => [.. new[] { files.Certificate, files.Key, files.Authority }.Select(path =>
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Failure.Invalid($"{path}: cannot be read: {exception.Message}", exception);
        }
    })];

    private static byte[] DigestOf(byte[][] contents) => SHA256.HashData([.. contents.SelectMany(content => SHA256.HashData(content))]);

    private static Material Load(TlsFiles files, byte[][] contents)
    {
        var (chain, roots) = (Certificates(files.Certificate, contents[0]), Certificates(files.Authority, contents[2]));
        if (roots.FirstOrDefault(root => !root.SubjectName.RawData.AsSpan().SequenceEqual(root.IssuerName.RawData)) is { } signed)
            throw Failure.Invalid($"{files.Authority}: found {PeerCheck.Describe(signed)}; expected roots, which sign themselves.");
        X509Certificate2 certificate;
        try
        {
            certificate = X509Certificate2.CreateFromPem(Encoding.UTF8.GetString(contents[0]), Encoding.UTF8.GetString(contents[1]));
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw Failure.Invalid($"{files.Key}: found no private key of the certificate in {files.Certificate}; expected it in PEM, not encrypted.", exception);
        }

        chain.RemoveAt(0);
        return new Material(certificate, chain, SslStreamCertificateContext.Create(certificate, chain, offline: true), roots);
    }

    private static X509Certificate2Collection Certificates(string path, byte[] content)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(Encoding.UTF8.GetString(content));
        }
        catch (CryptographicException)
        {
            // As if there were none.
        }

        return certificates.Count > 0 ? certificates : throw Failure.Invalid($"{path}: found no certificate; expected one in PEM, -----BEGIN CERTIFICATE-----.");
    }

    [LoggerMessage(LogLevel.Information, "{Path}: took up the new certificate, valid to {NotAfter:u}.")]
    private static partial void LogRenewed(ILogger logger, string path, DateTime notAfter);

    [LoggerMessage(LogLevel.Error, "The certificate of before stays in force: {Reason}")]
    private static partial void LogKept(ILogger logger, string reason);

    /// <param name="Certificate">With its key.</param>
    /// <param name="Chain">Those between it and its authority.</param>
    /// <param name="Shown">Both, for a handshake.</param>
    /// <param name="Roots">Whom this side trusts.</param>
    internal sealed record Material(X509Certificate2 Certificate, X509Certificate2Collection Chain, SslStreamCertificateContext Shown, X509Certificate2Collection Roots);
}
