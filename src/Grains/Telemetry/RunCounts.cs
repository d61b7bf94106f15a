namespace MirroredInfluence.Grains;

/// <summary>A run's part in the counts of its coordinator's silo, which it takes along when it ends or moves.</summary>
internal sealed class RunCounts
{
    private RunState? _state;
    private bool _isPaused;
    private ShardCounts _shards;

    public void Enter(RunState state)
    {
        Leave();
        if (state >= RunState.Finished)
        {
            GrainsTelemetry.RunEnded(state);
            return;
        }

        Count(state, _isPaused);
    }

    /// <param name="isPaused">No lane is to take its shards: more lanes would be for nothing.</param>
    public void Shards(ShardBoard board, bool isPaused)
    {
        if (_state is { } state && isPaused != _isPaused)
        {
            Leave();
            Count(state, isPaused);
        }

        var leftCount = board.LeftCount - board.HeldCount;
        Count(new ShardCounts(isPaused ? 0 : leftCount, isPaused ? leftCount : 0, board.HeldCount));
    }

    public void Clear()
    {
        Leave();
        Count(default);
    }

    private void Count(RunState state, bool isPaused)
    {
        (_state, _isPaused) = (state, isPaused);
        GrainsTelemetry.RunsAdded(1, state, isPaused);
    }

    private void Leave()
    {
        if (_state is { } before)
            GrainsTelemetry.RunsAdded(-1, before, _isPaused);
        _state = null;
    }

    private void Count(ShardCounts shards)
    {
        if (shards == _shards)
            return;
        GrainsTelemetry.ShardsAdded(shards.Waiting - _shards.Waiting, shards.Paused - _shards.Paused, shards.InFlight - _shards.InFlight);
        _shards = shards;
    }

    private readonly record struct ShardCounts(int Waiting, int Paused, int InFlight);
}
