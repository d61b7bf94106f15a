namespace MirroredInfluence.Storage;

/// <summary>What every store says of a range that is not there.</summary>
internal static class ObjectRange
{
    public static void ThrowIfOutside(ObjectVersion version, long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, version.Length - offset);
    }

    public static MirroredException Changed(string uri) =>
        Failure.Data($"{uri}: changed since this run began to read it, or is gone; what is read must stay as it is. Put it back, or begin a new run.");
}
