using MirroredInfluence.Fuzz;

namespace MirroredInfluence.Arrow.Tests;

/// <summary>Inputs that once were a defect, here or in another reader, and files of every type: each is read whole or refused, in bounded memory.</summary>
public sealed class CorpusTests
{
    private const long AllocatedBytesMax = 64 << 20;

    [Fact]
    public void OwnCorpus_IsReadOrRefused() => Assert.True(Replay(Path.Combine(Repository.Root, "tests", "corpus", "arrow")) >= 20);

    [Fact]
    public void CorpusOfAnotherImplementation_IsReadOrRefused()
    {
        Golden.RequireFolder();
        Assert.True(Replay(Path.Combine(Golden.Folder, "fuzz")) >= 60);
    }

    private static int Replay(string folder)
    {
        var paths = Directory.GetFiles(folder).Where(path => !path.EndsWith(".md", StringComparison.Ordinal)).ToArray();
        foreach (var path in paths)
        {
            var bytes = File.ReadAllBytes(path);
            var before = GC.GetAllocatedBytesForCurrentThread();
            FileExerciser.Exercise(bytes, path);
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < AllocatedBytesMax, path);
        }

        return paths.Length;
    }
}
