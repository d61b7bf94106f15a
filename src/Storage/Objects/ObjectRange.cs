namespace MirroredInfluence.Storage;

/// <summary>What every store says of a range that is not there.</summary>
internal static class ObjectRange
{
    public static void ThrowIfOutside(ObjectVersion version, long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, version.Length - offset);
    }

    public static MirroredException Changed(string uri) => Failure.Data(
        $"{uri}: changed since this run began to read it, or is gone; what is read must stay as it is. In a store, an upload of the same bytes is another version, too: "
        + "begin the run anew in another directory (base losses of other files stay cached).");
}
