namespace MirroredInfluence.Storage;

internal static class LossFile
{
    public static void Write(Stream stream, ShardLosses losses, string run) => throw new NotSupportedException();
}
