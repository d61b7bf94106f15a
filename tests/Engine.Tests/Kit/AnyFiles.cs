using MirroredInfluence.Storage;

namespace MirroredInfluence.Engine.Tests;

/// <summary>Opens files without a cache, for the test that runs.</summary>
internal static class AnyFiles
{
    public static DataFiles Data => new(new ObjectCache(folder: null, long.MaxValue, TimeProvider.System), TimeProvider.System, TestContext.Current.CancellationToken);
}
