namespace MirroredInfluence.Engine.Tests;

public sealed class QueryTests : IDisposable
{
    private readonly Workbench _bench = new();

    [Fact]
    public async Task Queries_AreNamedByTheIdOfTrainingRows() =>
        Assert.Equal(["6000", "6001", "6002"], NamesOf(await _bench.RunAsync(_bench.Spec())));

    [Fact]
    public async Task QueriesWithoutIds_AreNamedByTheirIndex()
    {
        var spec = _bench.Spec();
        Assert.Equal(["row-0", "row-1", "row-2"], NamesOf(await _bench.RunAsync(spec with { Train = spec.Train with { Id = null } })));
    }

    [Fact]
    public async Task TestId_NamesQueries()
    {
        var spec = _bench.Spec(test: new Images { FirstRow = 5000, RowCount = 2, HasTextIds = true });
        Assert.Equal(["image-6000", "image-6001"], NamesOf(await _bench.RunAsync(spec with { Train = spec.Train with { Id = null }, Test = spec.Test with { Id = "id" } })));
    }

    [Fact]
    public async Task TestRows_AreSelectedOverAllFiles()
    {
        var spec = _bench.Spec();
        new Images { FirstRow = 7000, RowCount = 3 }.Write(_bench.File("test-2.arrow"));
        var test = spec.Test with { Shards = [_bench.File("test.arrow"), _bench.File("test-2.arrow")], Rows = "2..3,5" };
        var result = await _bench.RunAsync(spec with { Test = test });
        Assert.Equal(["6002", "8000", "8002"], NamesOf(result));
        Assert.Equal([new TestRow(0, 2, RowValue.Of(6002L)), new TestRow(1, 0, RowValue.Of(8000L)), new TestRow(1, 2, RowValue.Of(8002L))], result.Queries.Select(query => query.Query.Rows[0]));
    }

    [Fact]
    public async Task QueryAll_AscendsTheRowsTogether()
    {
        var spec = _bench.Spec();
        var result = await _bench.RunAsync(spec with { Test = spec.Test with { Query = "all" } });
        Assert.Equal(["all"], NamesOf(result));
        Assert.Equal(3, result.Queries[0].Query.Rows.Length);
    }

    [Fact]
    public async Task QueryByColumn_GroupsRowsByItsValue()
    {
        var spec = _bench.Spec(test: new Images { FirstRow = 5001, RowCount = 6 });
        var result = await _bench.RunAsync(spec with { Test = spec.Test with { Query = "label" } });
        Assert.Equal(["0", "1", "2"], NamesOf(result).Order());
        Assert.All(result.Queries, query => Assert.Equal(2, query.Query.Rows.Length));
    }

    [Fact]
    public async Task NullInTheQueryColumn_IsRefused()
    {
        // Every seventh source is null; 5005 is a multiple of 7.
        var spec = _bench.Spec(test: new Images { FirstRow = 5004, RowCount = 3 });
        var message = await _bench.RefusalOf(spec with { Test = spec.Test with { Query = "source" } }, FailureKind.Data);
        Assert.Equal($"{_bench.File("test.arrow")}: column 'source' is null in row 1; test.query groups by it, so each test row needs a value.", message);
    }

    [Fact]
    public async Task SelfInfluence_IsOneQueryOfTheTrainingRows()
    {
        var spec = _bench.Spec();
        var result = await _bench.RunAsync(spec with { Test = new TestSpec { Shards = spec.Train.Shards, Query = "all" } });
        Assert.Equal(100, Assert.Single(result.Queries).Query.Rows.Length);
        Assert.Equal(100, result.ScoredRows);
    }

    [Fact]
    public async Task EqualNames_AreRefused()
    {
        var spec = _bench.Spec();
        var message = await _bench.RefusalOf(spec with { Test = spec.Test with { Id = "label", Shards = [_bench.File("train.arrow")], Rows = "0..3" } }, FailureKind.Invalid);
        Assert.StartsWith("test rows 0 and 3 are both named '0'; each query needs its own name.", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RowsPastTheEnd_AreRefused()
    {
        var spec = _bench.Spec();
        Assert.Equal(
            "test.rows: '1..9' names row 9; expected 0 to 2, since the test files hold 3 rows.",
            await _bench.RefusalOf(spec with { Test = spec.Test with { Rows = "1..9" } }, FailureKind.Invalid));
    }

    [Fact]
    public async Task UnreadableTestRow_IsRefusedByName()
    {
        var spec = _bench.Spec(test: new Images { FirstRow = 5000, RowCount = 3, NullRows = [5001] });
        Assert.Equal(
            $"query '6001': row 1 of {_bench.File("test.arrow")} cannot be read (null); a query's rows must all be whole. Leave the row out with test.rows.",
            await _bench.RefusalOf(spec, FailureKind.Data));
    }

    [Fact]
    public async Task NoTestRows_AreRefused() => Assert.Equal(
        $"test.shards: the test files hold no rows: {_bench.File("test.arrow")}; expected at least one.",
        await _bench.RefusalOf(_bench.Spec(test: new Images { RowCount = 0 }), FailureKind.Data));

    public void Dispose() => _bench.Dispose();

    private static IEnumerable<string> NamesOf(RunResult result) => result.Queries.Select(query => query.Query.Name);
}
