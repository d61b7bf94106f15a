using MirroredInfluence.Storage;

namespace MirroredInfluence.Engine;

/// <summary>What a run failed with, as who asked for it is told: always of a kind, and without the signatures of addresses.</summary>
public static class CaughtFailure
{
    public static MirroredException Of(Exception exception) => exception switch
    {
        MirroredException failure when IsOpen(exception) => failure,
        MirroredException failure => Of(failure.Kind, failure.Message, exception),
        IOException or UnauthorizedAccessException => Of(FailureKind.Unavailable, exception.Message, exception),
        _ => Of(FailureKind.Internal, $"a fault of this program: {exception.GetType().Name}: {exception.Message.TrimEnd('.')}. Please report it.", exception),
    };

    private static MirroredException Of(FailureKind kind, string message, Exception exception) =>
        new(kind, ObjectUri.HideQueries(message), IsOpen(exception) ? exception : null);

    /// <summary>It and what caused it hold nothing to hide.</summary>
    private static bool IsOpen(Exception exception)
    {
        var text = exception.ToString();
        return ObjectUri.HideQueries(text) == text;
    }
}
