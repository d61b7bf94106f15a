namespace MirroredInfluence.Grains.Tests.Runs;

public sealed class ShardBoardTests
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(3);

    private readonly SetTime _time = new();

    [Fact]
    public void Shards_GoOutOnceInOrder_ButForThoseThatAreDone()
    {
        var board = Board(6, 1, 4);
        Assert.Equal([0, 2, 3, 5, null], Take(board, "a", 5));
        Assert.Equal(4, board.LeftCount);
    }

    [Fact]
    public void WhatIsCommittedTwice_CountsOnce()
    {
        var board = Board(2);
        board.Take("a");
        Assert.True(board.MarkDone(0));
        Assert.False(board.MarkDone(0));
        Assert.Equal(1, board.LeftCount);
    }

    [Fact]
    public void AShardThatIsAskedFor_IsGivenOnlyIfItIsNobodys()
    {
        var board = Board(5, 4);
        Assert.Equal(2, board.Take("a", 2));
        Assert.Null(board.Take("b", 2));
        Assert.Null(board.Take("b", 4));
        Assert.Equal([0, 1, 3, null], Take(board, "b", 4));
        board.Leave("a");
        Assert.Equal(2, board.Take("b", 2));
        Assert.Null(board.Take("c"));
    }

    [Fact]
    public void AShardThatKilled_IsNotScoredBesideAnotherRuns()
    {
        var board = Board(2);
        board.Hear("a", []);
        Take(board, "a", 2);
        _time.Pass(Silence * 2);
        board.Bury();
        Assert.Null(board.Take("b", 0));
        Assert.Equal(0, board.Take("b"));
    }

    [Fact]
    public void WhoLeaves_LeavesItsShardsToOthers()
    {
        var board = Board(3);
        Take(board, "a", 2);
        board.Leave("a");
        Assert.Equal([0, 1, 2, null], Take(board, "b", 4));
    }

    [Fact]
    public void AfterTheCoordinatorMoved_ShardsInHandAreNotHandedOut()
    {
        var board = Board(4, 0);
        board.Hear("a", [1, 2]);
        Assert.Equal([3, null], Take(board, "b", 2));
        _time.Pass(Silence * 2);
        board.Hear("b", [3]);
        Assert.Empty(board.Bury());
        board.MarkDone(3);
        Assert.Equal(1, board.Take("b"));
    }

    [Fact]
    public void TheShardsOfTheDead_GoOutLast_OneAlone()
    {
        var board = Board(4);
        board.Hear("a", []);
        board.Hear("b", []);
        Take(board, "a", 2);
        _time.Pass(Silence * 2);
        board.Hear("b", []);
        Assert.Empty(board.Bury());
        Assert.Equal([2, 3, null], Take(board, "b", 3));
        board.MarkDone(2);
        board.MarkDone(3);
        Assert.Equal([0, null], Take(board, "b", 2));
        board.MarkDone(0);
        Assert.Equal([1, null], Take(board, "b", 2));
    }

    [Fact]
    public void WhoWasTakenForDead_GetsNothingBesideWhatItHolds_AndCostsOthersNothing()
    {
        var board = Board(3);
        board.Hear("slow", []);
        Assert.Equal(0, board.Take("slow"));
        _time.Pass(Silence * 2);
        board.Bury();
        board.Hear("slow", [0]);
        Assert.Null(board.Take("slow"));
        Assert.Equal([null, 1, 2], Take(board, "other", 3).Order());
    }

    [Fact]
    public void AShardThatKillsThree_IsSetAside()
    {
        var board = Board(1);
        foreach (var (session, poisoned) in new (string, int[])[] { ("a", []), ("b", []), ("c", [0]) })
        {
            board.Hear(session, []);
            Assert.Equal(0, board.Take(session));
            _time.Pass(Silence * 2);
            Assert.Equal(poisoned, board.Bury().Keys);
        }
    }

    [Fact]
    public void DeathsUnderEarlierCoordinators_Count()
    {
        var board = Board(4, 1);
        board.Hear("alive", [3]);
        Assert.Equal([2], board.Bury([("a", [1, 2]), ("b", [2, 0]), ("c", [2, 9]), ("alive", [3])]).Keys);
        board.MarkDone(2);
        Assert.Equal(0, board.Take("b"));
        Assert.Null(board.Take("c"));
    }

    [Fact]
    public void WhatAStragglerHolds_GoesToAnother_ButNotToItself()
    {
        var board = Board(2);
        board.Take("slow");
        board.Take("quick");
        _time.Pass(TimeSpan.FromSeconds(1));
        board.MarkDone(1);
        Assert.Null(board.Take("quick"));
        _time.Pass(Silence + TimeSpan.FromSeconds(2));
        Assert.Null(board.Take("slow"));
        Assert.Equal(0, board.Take("quick"));
    }

    private ShardBoard Board(int shardCount, params int[] done) => new(AnyShards.Cut(shardCount), done, _time, Silence);

    private static int?[] Take(ShardBoard board, string session, int count) => [.. Enumerable.Range(0, count).Select(_ => board.Take(session))];
}
