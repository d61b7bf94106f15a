namespace MirroredInfluence;

/// <summary>The one exception of the system. Its message says what was found, what was expected, where, and what to do.</summary>
public sealed class MirroredException(FailureKind kind, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    public FailureKind Kind { get; } = kind;
}
