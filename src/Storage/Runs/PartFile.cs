namespace MirroredInfluence.Storage;

internal static class PartFile
{
    public static void Write(Stream stream, ShardPart part, Shard shard, string run) => throw new NotSupportedException();

    public static ShardPart Read(byte[] bytes, string name, Shard shard, RunManifest manifest) => throw new NotSupportedException();
}
