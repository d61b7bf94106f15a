using System.Text.Json.Nodes;
using MirroredInfluence.Cluster.Tests;

[assembly: AssemblyFixture(typeof(Bench))]
[assembly: CollectionBehavior(DisableTestParallelization = true)]   // each test wants the whole machine

namespace MirroredInfluence.Cluster.Tests;

/// <summary>What the tests of this project share: a membership database, rows, and what the local engine makes of them.</summary>
public sealed class Bench : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private PostgresServer? _postgres;
    private int _placeCount;

    internal PostgresServer Postgres => _postgres!;

    public async ValueTask InitializeAsync()
    {
        _postgres = await PostgresServer.StartAsync();
        await EndToEnd.Tests.FashionRows.ImportAsync(_folder.Path);
    }

    public async ValueTask DisposeAsync()
    {
        if (_postgres is not null)
            await _postgres.DisposeAsync();
        _folder.Dispose();
    }

    public string File(string name) => _folder.File(name);

    /// <summary>A name that no other test has.</summary>
    internal string NewName(string of) => $"{of}-{Interlocked.Increment(ref _placeCount)}";

    /// <summary>The demo's question on 1,500 images, three queries, one row at a time: a shard takes a lane some hundredths of a second.</summary>
    internal RunSpec Spec(int shardRows = 15, int ascentSteps = 3) => RunSpecReader.Read(
        new JsonObject
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
            ["score"] = new JsonObject { ["rank"] = "absolute", ["topK"] = EndToEnd.Tests.FashionRows.RowCount, ["miniBatchRows"] = 1 },
            ["compute"] = new JsonObject { ["shardRows"] = shardRows, ["lanes"] = 1, ["cache"] = "none" },
        });

    /// <summary>Of the three files, each cut on its own.</summary>
    internal static int ShardCountOf(RunSpec spec) => 3 * (int)Math.Ceiling(EndToEnd.Tests.FashionRows.RowCount / 3.0 / spec.Compute.ShardRows);

    /// <summary>Has the local engine make the run, in a process of its own.</summary>
    /// <returns>Its directory.</returns>
    internal async Task<string> RunAloneAsync(RunSpec spec)
    {
        var name = NewName("alone");
        _folder.Write($"{name}.json", RunSpecWriter.Write(spec));
        await EndToEnd.Tests.Mirrored.MustRunAsync(_folder.Path, "run", File($"{name}.json"), "--out", name);
        return File(name);
    }

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
