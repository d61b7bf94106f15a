using Microsoft.Extensions.Logging;
using MirroredInfluence.Grains;

namespace MirroredInfluence.Silo;

/// <summary>Writes a line for each call of a client that fails.</summary>
internal sealed partial class RefusedCalls(ILogger<RefusedCalls> logger) : IIncomingGrainCallFilter
{
    private const int ReasonLengthMax = 1024;

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        try
        {
            await context.Invoke();
        }
        catch (Exception exception) when (context.SourceId is { } source && source.IsClient() && !GrainCalls.IsLost(exception, CancellationToken.None))
        {
            LogRefused(logger, source.ToString(), context.InterfaceName, context.MethodName, Line(exception.Message));
            throw;
        }
    }

    /// <summary>What a client sent stays one line.</summary>
    private static string Line(string text) => string.Concat(text.Take(ReasonLengthMax).Select(letter => char.IsControl(letter) ? ' ' : letter));

    [LoggerMessage(LogLevel.Warning, "{Client}: its call {Contract}.{Method} is refused: {Reason}")]
    private static partial void LogRefused(ILogger logger, string client, string contract, string method, string reason);
}
