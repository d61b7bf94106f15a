namespace MirroredInfluence.Grains.Tests.Copies;

public sealed class CopyBoardTests
{
    private readonly SetTime _time = new();
    private readonly CopyBoard _board;

    public CopyBoardTests() => _board = new CopyBoard(_time);

    [Fact]
    public void ThoseThatHaveACopyDouble_AndTheStoreIsReadOnce()
    {
        var waiting = Enumerable.Range(0, 64).Select(index => $"silo-{index}").ToList();
        var taken = new List<int>();
        var sources = new List<string>();
        while (waiting.Count > 0)
        {
            var round = waiting.Select(silo => (Silo: silo, Source: _board.Take(silo))).Where(pair => pair.Source is not null).ToArray();
            Assert.Equal(round.Length, round.Select(pair => pair.Source).Distinct().Count());
            foreach (var (silo, source) in round)
            {
                sources.Add(source!);
                _board.Copied(silo);
                waiting.Remove(silo);
            }

            taken.Add(round.Length);
        }

        Assert.Equal([1, 1, 2, 4, 8, 16, 32], taken);
        Assert.Equal(1, sources.Count(source => source == CopyBoard.Store));
    }

    [Fact]
    public void WhoDiesWithALoan_HoldsItUpForAMinuteAtMost()
    {
        Assert.Equal(CopyBoard.Store, _board.Take("a"));
        Assert.Null(_board.Take("b"));
        _time.Pass(TimeSpan.FromSeconds(61));
        Assert.Equal(CopyBoard.Store, _board.Take("b"));
    }

    [Fact]
    public void ASourceThatDoesNotGive_IsNone()
    {
        _board.Take("a");
        _board.Copied("a");
        Assert.Equal("a", _board.Take("b"));
        _board.Failed("a");
        Assert.Equal(CopyBoard.Store, _board.Take("b"));
    }

    [Fact]
    public void WhoAsks_HasNone()
    {
        _board.Take("a");
        _board.Copied("a");
        Assert.Equal(CopyBoard.Store, _board.Take("a"));
    }
}
