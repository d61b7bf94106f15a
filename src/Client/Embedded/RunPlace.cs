using MirroredInfluence.Report;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Client.Embedded;

/// <summary>Where a run directory is, opened.</summary>
/// <param name="Name">What the client calls the run: an absolute path, or an address without its signature.</param>
internal sealed record RunPlace(string Name, ObjectUri Uri, IObjectStore Store, ObjectCache Cache)
{
    private const string Option = "the run's directory";

    /// <exception cref="MirroredException">Invalid: no address, a file, or a folder that holds something else.</exception>
    public static RunPlace Open(string directory, ComputeSpec compute, TimeProvider time)
    {
        var uri = ObjectUri.Parse(directory);
        OutFolder.Check(uri, Option);
        var cache = ObjectCache.Of(compute, time);
        return new RunPlace(NameOf(uri), uri, ObjectStores.Open(uri, cache, time), cache);
    }

    public static string NameOf(string directory) => NameOf(ObjectUri.Parse(directory));

    private static string NameOf(ObjectUri uri) => uri.IsRemote ? uri.Text : SpecPaths.ResolveLocal(uri.Text, Environment.CurrentDirectory);
}
