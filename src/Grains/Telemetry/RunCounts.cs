namespace MirroredInfluence.Grains;

/// <summary>A run's part in the counts of its coordinator's silo, which it takes along when it ends or moves.</summary>
internal sealed class RunCounts
{
    private RunState? _state;
    private int _waitingCount;
    private int _inFlightCount;

    public void Enter(RunState state)
    {
        Leave();
        if (state >= RunState.Finished)
        {
            GrainsTelemetry.RunEnded(state);
            return;
        }

        GrainsTelemetry.RunsAdded(1, state);
        _state = state;
    }

    public void Shards(ShardBoard board) => Shards(board.LeftCount - board.HeldCount, board.HeldCount);

    public void Clear()
    {
        Leave();
        Shards(0, 0);
    }

    private void Leave()
    {
        if (_state is { } before)
            GrainsTelemetry.RunsAdded(-1, before);
        _state = null;
    }

    private void Shards(int waitingCount, int inFlightCount)
    {
        if ((waitingCount, inFlightCount) == (_waitingCount, _inFlightCount))
            return;
        GrainsTelemetry.ShardsAdded(waitingCount - _waitingCount, inFlightCount - _inFlightCount);
        (_waitingCount, _inFlightCount) = (waitingCount, inFlightCount);
    }
}
