using MirroredInfluence.Storage;

namespace MirroredInfluence.Engine.Tests;

public sealed class MergedPartsTests : IDisposable
{
    private readonly Workbench _bench = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task PartsThatWereMergedElsewhere_AreNotRead_AndGiveTheSameResult()
    {
        var expected = await _bench.RunAsync(_bench.Spec(train: new Images { NullRows = [40] }) with { Score = new ScoreSpec { TopK = 10, MiniBatchRows = 8, MaxUnscorable = 1 } });
        var directory = await RunDirectory.OpenAsync(_bench.Store("run"), Cancel);
        var (plan, score) = ((await directory.TryGetPlanAsync(Cancel))!, directory.Manifest.Spec.Score);
        Assert.Equal(4, plan.Shards.Length);
        MergedParts[] merged = [await MergeAsync(0, 1), await MergeAsync(3)];
        foreach (var shard in merged.SelectMany(parts => parts.ShardIndexes))
            File.Delete(Path.Combine(_bench.File("run"), "parts", $"{shard:D8}.arrow"));

        var queries = expected.Queries.Select(query => query.Query);
        var result = await new Reducer(AnyFiles.Data, TimeProvider.System).ReduceScoredAsync(directory, [.. queries], merged, Cancel);
        Assert.Equal((expected.ScoredRows, expected.Unscorable.Count), (result.ScoredRows, result.Unscorable.Count));
        Assert.Equal(Entries(expected), Entries(result));

        async Task<MergedParts> MergeAsync(params int[] shards)
        {
            var merge = new PartMerge([.. expected.Queries.Select(query => query.Query.Name)], score);
            foreach (var shard in shards)
                merge.Add((await directory.TryGetPartAsync(plan.Shards[shard], Cancel))!);
            return new MergedParts(shards, merge.ToPart());
        }
    }

    private static IEnumerable<object> Entries(RunResult result) =>
        result.Queries.SelectMany(query => query.Top.Select(row => (object)(query.Query.Name, row.TrainRow, row.Influence, row.LossDifference, row.BaseLoss, row.Id)));
}
