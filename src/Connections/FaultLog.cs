using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace MirroredInfluence.Connections;

/// <summary>What Orleans tells of the same in many lines, and of each connection that ends as it should.</summary>
internal sealed partial class FaultLog(string port, ILogger logger)
{
    public async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var input = connection.Transport.Input;
        try
        {
            var first = await input.ReadAsync();   // ends when the connection does
            input.AdvanceTo(first.Buffer.Start);
            if (first.Buffer.IsEmpty && first.IsCompleted)
                return;   // it only looked whether it is let in

            await next(connection);
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or IOException))
        {
            LogFault(logger, connection.RemoteEndPoint, port, exception.Message.ReplaceLineEndings(" "));
            throw;
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Peer}: its connection to the {Port} is closed, since it sent what no silo understands: {Reason}")]
    private static partial void LogFault(ILogger logger, EndPoint? peer, string port, string reason);
}
