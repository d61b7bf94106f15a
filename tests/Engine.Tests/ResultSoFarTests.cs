namespace MirroredInfluence.Engine.Tests;

public sealed class ResultSoFarTests : IDisposable
{
    private const int ShardRows = 8;
    private static readonly int[][] s_steps = [[3], [0, 7], [], [1, 2, 4, 5, 6, 8, 9]];

    private readonly Workbench _bench = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task IsTheResultOfTheShardsThatAreScored_AndGrows()
    {
        var spec = Spec();
        var all = await _bench.RunAsync(spec, "all");
        Begin("some", "all");
        var soFar = (await ResultSoFar.TryOpenAsync(_bench.Store("some"), AnyFiles.Data, Cancel))!;
        Assert.Null(await soFar.ReduceAsync(Cancel));

        var scored = new HashSet<int>();
        foreach (var shards in s_steps)
        {
            foreach (var shard in shards)
                CopyPart(shard);
            scored.UnionWith(shards);
            var found = (await soFar.ReduceAsync(Cancel))!;
            Assert.Equal((scored.Count * ShardRows, scored.Count * ShardRows), (found.ExpectedRows, found.ScoredRows));
            foreach (var (one, whole) in found.Queries.Zip(all.Queries))
                Assert.Equal(whole.Top.Where(row => scored.Contains((int)row.Row / ShardRows)).Select(row => (row.Id, row.Influence)), one.Top.Select(row => (row.Id, row.Influence)));
        }

        void CopyPart(int shard)
        {
            var part = Assert.Single(Directory.GetFiles(_bench.File("all/parts"), $"*{shard}.arrow"));
            File.Copy(part, Path.Combine(_bench.File("some/parts"), Path.GetFileName(part)));
        }
    }

    [Fact]
    public async Task APartThatCannotBeRead_IsRefused_AndNothingIsCountedTwiceOnceItCan()
    {
        var all = await _bench.RunAsync(Spec(), "all");
        var soFar = (await ResultSoFar.TryOpenAsync(_bench.Store("all"), AnyFiles.Data, Cancel))!;
        var part = Directory.GetFiles(_bench.File("all/parts"))[5];
        var bytes = await File.ReadAllBytesAsync(part, Cancel);
        await File.WriteAllBytesAsync(part, bytes[..^20], Cancel);
        Assert.Equal(FailureKind.Data, (await Assert.ThrowsAsync<MirroredException>(() => soFar.ReduceAsync(Cancel))).Kind);
        await File.WriteAllBytesAsync(part, bytes, Cancel);
        Assert.Equal(all.ScoredRows, (await soFar.ReduceAsync(Cancel))!.ScoredRows);
    }

    [Fact]
    public async Task IsNullBeforeTheRunIsPlanned() => Assert.Null(await ResultSoFar.TryOpenAsync(_bench.Store("none"), AnyFiles.Data, Cancel));

    /// <summary>Ranks every row.</summary>
    private RunSpec Spec()
    {
        var spec = _bench.Spec(train: new Images { RowCount = 80 });
        return spec with { Compute = spec.Compute with { ShardRows = ShardRows }, Score = spec.Score with { TopK = 80 } };
    }

    /// <summary>The run without its parts.</summary>
    private void Begin(string name, string of)
    {
        Directory.CreateDirectory(_bench.File($"{name}/parts"));
        foreach (var file in Directory.GetFiles(_bench.File(of)))
            File.Copy(file, Path.Combine(_bench.File(name), Path.GetFileName(file)));
    }
}
