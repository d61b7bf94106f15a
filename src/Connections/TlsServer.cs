using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace MirroredInfluence.Connections;

/// <summary>The side that is connected to. Who is refused gets a byte that says why, and a line in the log; nothing it sends is read.</summary>
/// <param name="port">As the log calls it.</param>
internal sealed partial class TlsServer(TlsCredentials credentials, string port, ILogger logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        await using var tls = new SslStream(new PipeStream(connection.Transport));
        if (await IsWelcomeAsync(connection, tls))
            await TlsTransport.RunAsync(connection, tls, next);
    }

    [SuppressMessage("Security", "CA5359", Justification = "Who is refused in the handshake does not learn why. What is in the callback's verdict is acted on right after it.")]
    private async Task<bool> IsWelcomeAsync(ConnectionContext connection, SslStream tls)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
        patience.CancelAfter(Patience);
        try
        {
            var (verdict, reason) = (PeerVerdict.NoCertificate, "it shows no certificate");
            await tls.AuthenticateAsServerAsync(Options(Check), patience.Token);
            await tls.WriteAsync(new[] { (byte)verdict }, patience.Token);
            await tls.FlushAsync(patience.Token);
            if (verdict == PeerVerdict.Welcome)
                return true;

            LogRefused(logger, connection.RemoteEndPoint, port, reason);
            await tls.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, patience.Token);   // until it has read the verdict and closes: a connection that is cut off would take that along

            bool Check(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
            {
                verdict = PeerCheck.Of(certificate, chain, errors);
                if (certificate is not null)
                    reason = $"its certificate {PeerCheck.Describe(certificate)} {PeerCheck.Text(verdict)}";
                return true;
            }
        }
        catch (AuthenticationException exception)
        {
            LogNoTls(logger, connection.RemoteEndPoint, port, (exception.InnerException ?? exception).Message);
        }
        catch (OperationCanceledException) when (!connection.ConnectionClosed.IsCancellationRequested)
        {
            LogSilent(logger, connection.RemoteEndPoint, port, Patience.TotalSeconds);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ConnectionAbortedException)
        {
            LogLeft(logger, connection.RemoteEndPoint, port);   // a look whether the port is open, say
        }

        return false;
    }

    private SslServerAuthenticationOptions Options(RemoteCertificateValidationCallback check)
    {
        var current = credentials.Current(logger);
        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = current.Shown,
            ClientCertificateRequired = true,
            CertificateChainPolicy = PeerCheck.Policy(current.Roots),
            RemoteCertificateValidationCallback = check,
            AllowTlsResume = false,   // each connection shows its certificate
        };
    }

    [LoggerMessage(LogLevel.Warning, "{Peer}: refused at the {Port}: {Reason}.")]
    private static partial void LogRefused(ILogger logger, EndPoint? peer, string port, string reason);

    [LoggerMessage(LogLevel.Warning, "{Peer}: refused at the {Port}: no TLS: {Reason}")]
    private static partial void LogNoTls(ILogger logger, EndPoint? peer, string port, string reason);

    [LoggerMessage(LogLevel.Warning, "{Peer}: refused at the {Port}: no TLS handshake within {Seconds} seconds.")]
    private static partial void LogSilent(ILogger logger, EndPoint? peer, string port, double seconds);

    [LoggerMessage(LogLevel.Debug, "{Peer}: left the {Port} before it had shown a certificate.")]
    private static partial void LogLeft(ILogger logger, EndPoint? peer, string port);
}
