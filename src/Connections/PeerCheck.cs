using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace MirroredInfluence.Connections;

/// <summary>Holds the other side's certificate to the authority of this side. Names are not looked at: who is signed by a cluster's own authority is of the cluster.</summary>
internal static class PeerCheck
{
    private const int SubjectLengthMax = 128;

    public static X509ChainPolicy Policy(X509Certificate2Collection roots)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.CustomTrustStore.AddRange(roots);
        return policy;
    }

    /// <param name="chain">Built from the certificate, by <see cref="Policy"/>.</param>
    public static PeerVerdict Of(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors = SslPolicyErrors.None)
    {
        if (certificate is null || chain is null)
            return PeerVerdict.NoCertificate;

        const X509ChainStatusFlags OtherAuthority = X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.NotSignatureValid;
        var found = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status);
        return found switch
        {
            X509ChainStatusFlags.NoError when (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == 0 => PeerVerdict.Welcome,
            _ when (found & OtherAuthority) != 0 => PeerVerdict.OtherAuthority,
            _ when found.HasFlag(X509ChainStatusFlags.NotTimeValid) => PeerVerdict.NotValidNow,
            _ when found.HasFlag(X509ChainStatusFlags.NotValidForUsage) => PeerVerdict.OtherUse,
            _ => PeerVerdict.Unfit,
        };
    }

    /// <summary>As the end of "its certificate …".</summary>
    public static string Text(PeerVerdict verdict) => verdict switch
    {
        PeerVerdict.NoCertificate => "is missing",
        PeerVerdict.OtherAuthority => "is not signed by the authority that is trusted here",
        PeerVerdict.NotValidNow => "has expired, or is not valid yet",
        PeerVerdict.OtherUse => "is not made for this use (extended key usage: servers need serverAuth, clients clientAuth, silos both)",
        _ => "is unfit",
    };

    /// <summary>For a line of a log: what a stranger wrote into a certificate stays one short line.</summary>
    public static string Describe(X509Certificate? certificate) => certificate is null ? "none" : string.Create(
        CultureInfo.InvariantCulture,
        $"'{Clean(certificate.Subject)}' (signed by '{Clean(certificate.Issuer)}', valid to {new X509Certificate2(certificate).NotAfter.ToUniversalTime():u})");

    private static string Clean(string name) =>
        string.Concat(name.Take(SubjectLengthMax).Select(letter => char.IsControl(letter) || char.IsSurrogate(letter) || letter is '\u2028' or '\u2029' ? '?' : letter));
}
