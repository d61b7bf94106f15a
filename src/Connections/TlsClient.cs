using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace MirroredInfluence.Connections;

/// <summary>The side that connects.</summary>
internal sealed partial class TlsClient(TlsCredentials credentials, ILogger logger)
{
    public async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        await using var tls = new SslStream(new PipeStream(connection.Transport));
        try
        {
            await ShakeAsync(tls, connection.RemoteEndPoint?.ToString() ?? "", connection.ConnectionClosed);
        }
        catch (MirroredException exception)
        {
            LogNotLetIn(logger, exception.Message);
            throw;
        }

        await TlsTransport.RunAsync(connection, tls, next);
    }

    /// <exception cref="MirroredException">Invalid: one of the two certificates is refused. Unavailable: the other side does not speak TLS as a silo does, or is gone.</exception>
    public async Task ShakeAsync(SslStream tls, string peer, CancellationToken cancellationToken)
    {
        var current = credentials.Current(logger);
        var (theirs, shown) = (PeerVerdict.NoCertificate, "none");
        var ours = new byte[1];
        try
        {
            await tls.AuthenticateAsClientAsync(Options(), cancellationToken);
            await tls.ReadExactlyAsync(ours, cancellationToken);
        }
        catch (AuthenticationException exception) when (theirs is PeerVerdict.Welcome or PeerVerdict.NoCertificate)
        {
            throw Failure.Unavailable($"{peer}: expected a silo with Silo:Tls, found no TLS: {(exception.InnerException ?? exception).Message}", exception);
        }
        catch (AuthenticationException exception)
        {
            throw Failure.Invalid($"{peer}: the silo's certificate, {shown}, {PeerCheck.Text(theirs)}. Expected one that {credentials.Files.Authority} signed.", exception);
        }
        catch (IOException exception)
        {
            throw Failure.Unavailable($"{peer}: expected a silo with Silo:Tls, found one that ends a TLS handshake.", exception);
        }

        if ((PeerVerdict)ours[0] is var verdict and not PeerVerdict.Welcome)
            throw Failure.Invalid($"{peer}: refuses the certificate in {credentials.Files.Certificate}, {PeerCheck.Describe(current.Certificate)}: it {PeerCheck.Text(verdict)}.");

        SslClientAuthenticationOptions Options() => new()
        {
            TargetHost = "",
            ClientCertificateContext = current.Shown,
            CertificateChainPolicy = PeerCheck.Policy(current.Roots),
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
            {
                (theirs, shown) = (PeerCheck.Of(certificate, chain, errors), PeerCheck.Describe(certificate));
                return theirs == PeerVerdict.Welcome;
            },
            AllowTlsResume = false,
        };
    }

    [LoggerMessage(LogLevel.Warning, "{Reason}")]
    private static partial void LogNotLetIn(ILogger logger, string reason);
}
