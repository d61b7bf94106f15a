namespace MirroredInfluence.Grains.Tests.Lanes;

public sealed class LaneScheduleTests
{
    private readonly SetTime _time = new();
    private readonly LaneSchedule _schedule;

    public LaneScheduleTests() => _schedule = new LaneSchedule(_time);

    [Theory]
    [InlineData(10, 10, 50)]
    [InlineData(10, 30, 75)]
    [InlineData(1, 99, 99)]
    public void LaneTime_IsSharedByPriority(int first, int second, int secondCount)
    {
        var (_, other) = (Add(first), Add(second));
        Assert.InRange(Score(100).Count(turn => turn == other), secondCount - 1, secondCount + 1);
    }

    [Fact]
    public void WhoComesLater_BeginsWhereTheOthersAre()
    {
        var first = Add(10);
        Score(100);
        var second = Add(10);
        Assert.Equal([first, second, first, second], Score(4));
    }

    [Fact]
    public void WhoHadNothing_TakesNoMoreThanItsShareAfterwards()
    {
        var (first, second) = (Add(10), Add(10));
        _schedule.Rest(second, TimeSpan.FromSeconds(50));
        Assert.Equal(TimeSpan.FromSeconds(50), _schedule.UntilNext());
        Assert.All(Score(50), turn => Assert.Equal(first, turn));
        Assert.InRange(Score(20).Count(turn => turn == second), 10, 11);
    }

    [Fact]
    public void RunsThatAreScoredTogether_CountAsOneOfTheirPriorities()
    {
        LaneSchedule.Turn[] together = [Add(5), Add(10), Add(25)];
        var alone = Add(40);
        Assert.InRange(Score(100, together).Count(turn => turn == alone), 49, 51);
    }

    [Fact]
    public void WhoWasTakenAlong_DoesNotWaitForItLater()
    {
        var (high, low, other) = (Add(40), Add(10), Add(50));
        Score(100, high, low);
        _schedule.Remove(high);
        Assert.InRange(Score(12).Count(turn => turn == low), 1, 3);
        Assert.InRange(Score(60).Count(turn => turn == other), 49, 51);
    }

    [Fact]
    public void WhenAllRestForGood_NobodyIsNext()
    {
        _schedule.Rest(Add(10), null);
        Assert.Null(_schedule.Next());
        Assert.Null(_schedule.UntilNext());
        var other = Add(10);
        Assert.Equal(other, _schedule.Next());
        _schedule.Remove(other);
        Assert.Null(_schedule.Next());
    }

    private LaneSchedule.Turn Add(int priority)
    {
        var turn = new LaneSchedule.Turn(priority);
        _schedule.Add(turn);
        return turn;
    }

    /// <summary>Shards of a second each.</summary>
    /// <param name="together">Score each shard together.</param>
    private List<LaneSchedule.Turn> Score(int count, params LaneSchedule.Turn[] together)
    {
        var turns = new List<LaneSchedule.Turn>();
        while (turns.Count < count)
        {
            var turn = _schedule.Next()!;
            var since = _time.GetTimestamp();
            _time.Pass(TimeSpan.FromSeconds(1));
            _schedule.Charge(together.Contains(turn) ? together : [turn], since);
            turns.Add(turn);
        }

        return turns;
    }
}
