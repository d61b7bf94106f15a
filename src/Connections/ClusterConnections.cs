using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MirroredInfluence.Connections;

/// <summary>Mutual TLS for the connections of a cluster, and a log of those that are refused.</summary>
public static class ClusterConnections
{
    /// <summary>Writes a line for each connection that ends because of what was sent over it.</summary>
    /// <param name="port">As the log calls it.</param>
    public static void LogFaults(this IConnectionBuilder connections, string port)
    {
        var log = new FaultLog(port, LoggerOf<FaultLog>(connections));
        connections.Use(next => connection => log.RunAsync(connection, next));
    }

    /// <summary>Lets in who shows a certificate of the authority, and nobody else.</summary>
    /// <param name="port">As the log calls it.</param>
    public static void RequireTls(this IConnectionBuilder connections, TlsCredentials credentials, string port)
    {
        var server = new TlsServer(credentials, port, LoggerOf<TlsServer>(connections));
        connections.Use(next => connection => server.RunAsync(connection, next));
    }

    /// <summary>Connects to who shows a certificate of the authority, and to nobody else.</summary>
    public static void UseTls(this IConnectionBuilder connections, TlsCredentials credentials)
    {
        var client = new TlsClient(credentials, LoggerOf<TlsClient>(connections));
        connections.Use(next => connection => client.RunAsync(connection, next));
    }

    /// <summary>Finds out whether both sides accept each other.</summary>
    /// <param name="peer">As messages call the other side.</param>
    /// <exception cref="MirroredException">Invalid: one of the two certificates is refused. Unavailable: the other side does not speak TLS as a silo does, or is gone.</exception>
    public static async Task KnockAsync(Stream stream, string peer, TlsCredentials credentials, CancellationToken cancellationToken)
    {
        await using var tls = new SslStream(stream, leaveInnerStreamOpen: true);
        try
        {
            await new TlsClient(credentials, NullLogger.Instance).ShakeAsync(tls, peer, cancellationToken);
        }
        catch (MirroredException exception) when (exception.Kind == FailureKind.Unavailable)
        {
            throw Failure.Unavailable($"{exception.Message} For a cluster without TLS leave out --tls-cert, --tls-key and --tls-ca, or ClusterAddress.Tls.", exception);
        }
    }

    /// <summary>Finds out whether the other side has TLS, by the certificate that it shows.</summary>
    public static async Task<bool> HasTlsAsync(Stream stream, CancellationToken cancellationToken)
    {
        var hasTls = false;
        await using var tls = new SslStream(stream, leaveInnerStreamOpen: true);
        try
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "", RemoteCertificateValidationCallback = Look }, cancellationToken);
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException)
        {
            // As far as it goes: nobody is trusted.
        }

        return hasTls;

        bool Look(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
        {
            hasTls = certificate is not null;
            return false;
        }
    }

    private static ILogger LoggerOf<T>(IConnectionBuilder connections) => connections.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger<T>();
}
