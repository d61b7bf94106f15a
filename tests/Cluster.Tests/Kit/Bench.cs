using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using MirroredInfluence.Cluster.Tests;
using MirroredInfluence.EndToEnd.Tests;

[assembly: AssemblyFixture(typeof(Bench))]
[assembly: CollectionBehavior(DisableTestParallelization = true)]   // each test wants the whole machine

namespace MirroredInfluence.Cluster.Tests;

/// <summary>What the tests of this project share: a membership database, rows, and what the local engine makes of them.</summary>
public sealed class Bench : IAsyncLifetime
{
    private const int FileCount = 3, FileRows = 2000;
    private const string Published = "/usr/share/datasets/fashion-mnist/train";

    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentDictionary<string, Task<string>> _alone = new(StringComparer.Ordinal);    // spec → directory
    private PostgresServer? _postgres;
    private int _nameCount;

    internal PostgresServer Postgres => _postgres!;

    public async ValueTask InitializeAsync()
    {
        _postgres = await PostgresServer.StartAsync();
        await ImportAsync("--rows", $"0..{(FileCount * FileRows) - 1}", "--shards", $"{FileCount}", "--out", "train");
        await ImportAsync("--rows", "5,700,1400", "--text", "query=leak-{id}", "--out", "queries.arrow");

        Task ImportAsync(params string[] options) => Mirrored.MustRunAsync(
            _folder.Path, ["import", $"image={Published}-images-idx3-ubyte.gz", $"label={Published}-labels-idx1-ubyte.gz", "--id", "id", .. options]);
    }

    public async ValueTask DisposeAsync()
    {
        if (_postgres is not null)
            await _postgres.DisposeAsync();
        _folder.Dispose();
    }

    public string File(string name) => _folder.File(name);

    /// <summary>A name that no other test has.</summary>
    internal string NewName(string of) => $"{of}-{Interlocked.Increment(ref _nameCount)}";

    /// <summary>The demo's question on its first rows, three queries. One row at a time, since that is slow: 60 rows take a lane about 50 ms.</summary>
    internal RunSpec Spec(int shardRows = 60, int miniBatchRows = 1, int ascentSteps = 3) => RunSpecReader.Read(new JsonObject
    {
        ["model"] = new JsonObject { ["uri"] = Repository.Path("demo", "fashion-cnn.pt") },
        ["train"] = new JsonObject
        {
            ["shards"] = new JsonArray(File("train-*.arrow")),
            ["id"] = "id",
            ["columns"] = new JsonObject { ["image"] = new JsonObject { ["scale"] = 0.00392156862745098 } },
        },
        ["test"] = new JsonObject { ["shards"] = new JsonArray(File("queries.arrow")), ["query"] = "query" },
        ["ascent"] = new JsonObject { ["steps"] = ascentSteps },
        ["score"] = new JsonObject { ["rank"] = "absolute", ["topK"] = 1000, ["miniBatchRows"] = miniBatchRows },
        ["compute"] = new JsonObject { ["shardRows"] = shardRows, ["lanes"] = 1, ["cache"] = "none" },
    });

    /// <summary>Of all files, each cut on its own.</summary>
    internal static int ShardCountOf(RunSpec spec) => FileCount * (int)Math.Ceiling((double)FileRows / spec.Compute.ShardRows);

    /// <summary>Has the local engine make the run, in a process of its own, once.</summary>
    /// <returns>Its directory.</returns>
    internal Task<string> RunAloneAsync(RunSpec spec) => _alone.GetOrAdd(RunSpecWriter.Write(spec), async text =>
    {
        var name = NewName("alone");
        _folder.Write($"{name}.json", text);
        await Mirrored.MustRunAsync(_folder.Path, "run", File($"{name}.json"), "--out", name);
        return File(name);
    });

    /// <summary>Both results, byte for byte.</summary>
    internal static async Task AssertSameAsync(string expected, string found, string of)
    {
        foreach (var name in (string[])["result.json", "result.arrow"])
        {
            var (one, other) = (await System.IO.File.ReadAllBytesAsync(Path.Combine(expected, name)), await System.IO.File.ReadAllBytesAsync(Path.Combine(found, name)));
            Assert.True(one.AsSpan().SequenceEqual(other), $"{of}: {name} is not that of the local engine.");
        }
    }
}
