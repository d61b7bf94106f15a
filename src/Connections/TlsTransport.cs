using System.IO.Pipelines;
using System.Net.Security;
using Microsoft.AspNetCore.Connections;

namespace MirroredInfluence.Connections;

/// <summary>What runs over a connection, inside its TLS.</summary>
internal static class TlsTransport
{
    private const int RecordBytesMax = 16384;   // of TLS

    public static async Task RunAsync(ConnectionContext connection, SslStream tls, ConnectionDelegate next)
    {
        var outside = connection.Transport;
        connection.Transport = new Inside(
            PipeReader.Create(tls, new StreamPipeReaderOptions(bufferSize: RecordBytesMax, leaveOpen: true)),
            PipeWriter.Create(tls, new StreamPipeWriterOptions(minimumBufferSize: RecordBytesMax, leaveOpen: true)));
        try
        {
            await next(connection);
        }
        finally
        {
            connection.Transport = outside;
        }
    }

    private sealed record Inside(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
