using System.Diagnostics.Metrics;

namespace MirroredInfluence.Grains;

/// <summary>What a silo measures of the cluster's work (docs/reference/telemetry.md). Costs next to nothing until something listens.</summary>
internal static class GrainsTelemetry
{
    private static readonly Meter Meter = new("MirroredInfluence.Grains", typeof(GrainsTelemetry).Assembly.GetName().Version!.ToString(3));

    private static readonly UpDownCounter<long> RunCount = Meter.CreateUpDownCounter<long>(
        "mirrored.run.count", "{run}", "Runs under way that this silo coordinates.");

    private static readonly Counter<long> RunEnds = Meter.CreateCounter<long>(
        "mirrored.run.ends", "{run}", "Runs that this silo coordinated to their end.");

    private static readonly UpDownCounter<long> LaneCount = Meter.CreateUpDownCounter<long>(
        "mirrored.lane.count", "{lane}", "Lanes of this silo.");

    private static readonly UpDownCounter<long> ShardCount = Meter.CreateUpDownCounter<long>(
        "mirrored.shard.count", "{shard}", "Shards that are to be scored, of runs that this silo coordinates.");

    private static readonly Counter<long> ShardHandouts = Meter.CreateCounter<long>(
        "mirrored.shard.handouts", "{shard}", "Shards that were handed out to lanes.");

    private static readonly Counter<long> ShardReturns = Meter.CreateCounter<long>(
        "mirrored.shard.returns", "{shard}", "Shards that were handed out and came back unscored.");

    private static readonly Counter<long> Exchanges = Meter.CreateCounter<long>(
        "mirrored.coordinator.exchanges", "{exchange}", "Reports of lanes that this silo's coordinators have answered.");

    private static readonly KeyValuePair<string, object?> Busy = new("mirrored.lane.state", "busy"), Free = new("mirrored.lane.state", "free");
    private static readonly KeyValuePair<string, object?> Waiting = new("mirrored.shard.state", "waiting"), PausedShard = new("mirrored.shard.state", "paused"), InFlight = new("mirrored.shard.state", "in-flight");
    private static readonly KeyValuePair<string, object?> PausedRun = new("mirrored.run.state", "paused");
    private static readonly KeyValuePair<string, object?> Dead = new("mirrored.return.cause", "dead"), Left = new("mirrored.return.cause", "left");

    public static void RunsAdded(int count, RunState state, bool isPaused) =>
        RunCount.Add(count, isPaused && state == RunState.Scoring ? PausedRun : Of(state));

    public static void RunEnded(RunState state) => RunEnds.Add(1, Of(state));

    public static void LanesAdded(int count)
    {
        LaneCount.Add(count, Free);
        LaneCount.Add(0, Busy);
    }

    public static void LaneTaken() => Move(Free, Busy);

    public static void LaneFreed() => Move(Busy, Free);

    public static void ShardsAdded(int waitingCount, int pausedCount, int inFlightCount)
    {
        ShardCount.Add(waitingCount, Waiting);
        ShardCount.Add(pausedCount, PausedShard);
        ShardCount.Add(inFlightCount, InFlight);
    }

    public static void HandedOut() => ShardHandouts.Add(1);

    /// <param name="isDead">Who held it; else it left of its own.</param>
    public static void Returned(bool isDead) => ShardReturns.Add(1, isDead ? Dead : Left);

    public static void Exchanged() => Exchanges.Add(1);

    private static KeyValuePair<string, object?> Of(RunState state) => new("mirrored.run.state", SpecName.Of(state));

    private static void Move(KeyValuePair<string, object?> from, KeyValuePair<string, object?> to)
    {
        LaneCount.Add(-1, from);
        LaneCount.Add(1, to);
    }
}
