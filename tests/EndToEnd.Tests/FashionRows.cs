namespace MirroredInfluence.EndToEnd.Tests;

/// <summary>The demo's question on its first rows: real images, the demo's model, three training rows posing as test rows.</summary>
internal static class FashionRows
{
    public const int RowCount = 1500;

    private static readonly string s_published = "/usr/share/datasets/fashion-mnist/train";

    /// <summary>Writes train-*.arrow and queries.arrow, in place of those that are there.</summary>
    public static async Task ImportAsync(string folder, params string[] trainOptions)
    {
        foreach (var former in Directory.GetFiles(folder, "*.arrow"))
            File.Delete(former);
        await ImportRowsAsync(folder, ["--rows", $"0..{RowCount - 1}", "--shards", "3", "--out", "train", .. trainOptions]);
        await ImportRowsAsync(folder, ["--rows", "5,700,1400", "--text", "query=leak-{id}", "--out", "queries.arrow"]);
    }

    /// <summary>The run, into <paramref name="run"/>, with further flags.</summary>
    public static IEnumerable<string> Run(string run, params string[] flags) =>
    [
        "run", "--out", run,
        "--model-uri", Repository.Path("demo", "fashion-cnn.pt"),
        "--train-shards", "train-*.arrow", "--train-id", "id", "--train-columns", """{"image": {"scale": 0.00392156862745098}}""",
        "--test-shards", "queries.arrow", "--test-query", "query",
        "--ascent-steps", "3", "--score-rank", "absolute", "--score-top-k", $"{RowCount}",
        .. flags,
    ];

    public static byte[] Result(string folder, string run) => File.ReadAllBytes(Path.Combine(folder, run, "result.json"));

    private static Task<string> ImportRowsAsync(string folder, string[] options) =>
        Mirrored.MustRunAsync(folder, ["import", $"image={s_published}-images-idx3-ubyte.gz", $"label={s_published}-labels-idx1-ubyte.gz", "--id", "id", .. options]);
}
