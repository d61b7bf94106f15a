namespace MirroredInfluence;

/// <summary>Makes a <see cref="MirroredException"/> of a kind: <c>throw Failure.Data("train-17.arrow: …")</c>.</summary>
public static class Failure
{
    public static MirroredException Invalid(string message, Exception? inner = null) => new(FailureKind.Invalid, message, inner);

    public static MirroredException Data(string message, Exception? inner = null) => new(FailureKind.Data, message, inner);

    public static MirroredException Unavailable(string message, Exception? inner = null) => new(FailureKind.Unavailable, message, inner);

    public static MirroredException Internal(string message, Exception? inner = null) => new(FailureKind.Internal, message, inner);
}
