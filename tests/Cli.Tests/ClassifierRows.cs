using System.IO.Compression;
using System.Runtime.InteropServices;
using MirroredInfluence.Cli.Tests.Import;

namespace MirroredInfluence.Cli.Tests;

/// <summary>Rows of the small classifier, an image [1, 4, 4] and a label of 3, for `mirrored import`.</summary>
internal static class ClassifierRows
{
    public const int Count = 64;

    public static readonly string Model = Path.Combine(AppContext.BaseDirectory, "classifier.pt");

    /// <param name="start">Other rows for another one.</param>
    /// <param name="brokenRow">Its pixels are no numbers.</param>
    public static void Write(TemporaryFolder folder, string name, int start = 0, int? brokenRow = null)
    {
        var pixels = Enumerable.Range(0, Count * 16).Select(i => i / 16 == brokenRow ? float.NaN : MathF.Sin((start + i) * (start + i))).ToArray();
        var labels = Enumerable.Range(0, Count).Select(i => (byte)(i % 3)).ToArray();
        folder.Write(name, Sources.Npz(
            CompressionLevel.NoCompression,
            ("image", Sources.Npy("<f4", $"{Count}, 1, 4, 4", MemoryMarshal.AsBytes(pixels.AsSpan()).ToArray())),
            ("label", Sources.Npy("|u1", $"{Count},", labels))));
    }
}
