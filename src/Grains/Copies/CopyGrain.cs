using Orleans.Concurrency;

namespace MirroredInfluence.Grains;

/// <inheritdoc cref="ICopyGrain"/>
[OnSiloOfKey]
[Reentrant]
internal sealed class CopyGrain(SiloPeers here) : Grain, ICopyGrain
{
    public Task<byte[]?> ReadAsync(long offset, int count)
    {
        var key = this.GetPrimaryKeyString();
        return here.PathOf(key[(key.IndexOf('|', StringComparison.Ordinal) + 1)..]) is { } path
            ? Task.Run(() => Read(path, offset, count))
            : Task.FromResult<byte[]?>(null);
    }

    private static byte[]? Read(string path, long offset, int count)
    {
        try
        {
            using var file = File.OpenHandle(path);
            var bytes = new byte[count];
            return RandomAccess.Read(file, bytes, offset) == count ? bytes : null;
        }
        catch (IOException)
        {
            return null;   // the cache has let go of it
        }
    }
}
