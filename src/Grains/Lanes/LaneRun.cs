using MirroredInfluence.Engine;

namespace MirroredInfluence.Grains;

/// <summary>A run on the lanes of a silo: where its shards come from, what scores them, and where they go.</summary>
/// <param name="stop">Cancelled when the lanes shall let go of the run.</param>
internal sealed class LaneRun(
    PlannedRun run, DeviceModels models, ShardCommits commits, BoundFiles files, RowMeter meter, IShardSource source, LaneSchedule.Turn turn, CancellationToken stop) : IDisposable
{
    private readonly RunScorer?[] _scorers = new RunScorer?[models.LaneCount];
    private readonly ShardsAhead _ahead = new(run.Plan, files, models.LaneCount);
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Runs of the same scan on the same devices are scored together.</summary>
    public (ScanKey, DeviceModels) Scan { get; } = (ScanKey.Of(run), models);

    public PlannedRun Run => run;

    public DeviceModels Models => models;

    public BoundFiles Files => files;

    public LaneSchedule.Turn Turn => turn;

    /// <summary>Ends when there are no more shards, or the run cannot go on here.</summary>
    public Task Ended => _end.Task;

    /// <summary>The next shard, or null when there is none now.</summary>
    public Shard? Next(out bool isOver)
    {
        using var waiting = new Waiting(WaitCause.Workers);
        (var shard, var later, isOver) = source.Next(stop);
        if (later is { } shardIndex)
            _ahead.Expect(shardIndex);
        return shard;
    }

    /// <summary>Asks for a shard that is about to be scored for another run.</summary>
    public Task<bool> TryTakeAsync(int shardIndex) => source.TryTakeAsync(shardIndex, stop);

    public float[]? KnownBaseLosses(Shard shard) => commits.KnownBaseLosses(shard);

    public RunScorer ScorerOf(int laneIndex) => _scorers[laneIndex] ??= new RunScorer(run, commits.WeightsOf(models.OfLane(laneIndex)), meter, stop);

    public void Take(ScoredShard scored) => commits.Take(scored, stop);

    public void End() => _end.TrySetResult();

    public void Fail(Exception exception) => _end.TrySetException(exception);

    public void Dispose() => _ahead.Dispose();
}
