using System.Diagnostics.Metrics;

namespace MirroredInfluence.Grains.Tests.Telemetry;

public sealed class GrainsTelemetryTests
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(3);

    /// <summary>docs/reference/telemetry.md against the instruments.</summary>
    [Fact]
    public void EveryInstrument_IsInTheTable() =>
        TelemetryReference.AssertListed("Metrics of a silo", [.. TelemetryReference.Instruments(typeof(GrainsTelemetry)).Where(instrument => instrument.Meter.Name == "MirroredInfluence.Grains")]);

    [Fact]
    public void ShardsThatComeBack_AreCountedByCause()
    {
        var (counts, time) = (new Dictionary<string, long>(), new SetTime());
        using var listener = ListenHere(counts);
        var board = new ShardBoard(AnyShards.Cut(5), [], time, Silence);
        board.Hear("a", []);
        board.Hear("b", []);
        foreach (var session in new[] { "a", "a", "b" })
            board.Take(session);
        board.Leave("b");
        time.Pass(Silence * 2);
        board.Bury();

        Assert.Equal(3, counts["mirrored.shard.handouts"]);
        Assert.Equal(1, counts["mirrored.shard.returns left"]);
        Assert.Equal(2, counts["mirrored.shard.returns dead"]);
    }

    [Fact]
    public void ARun_TakesItsCountsAlong()
    {
        var counts = new Dictionary<string, long>();
        using var listener = ListenHere(counts);
        var (run, board) = (new RunCounts(), new ShardBoard(AnyShards.Cut(5), [0], new SetTime(), Silence));
        run.Enter(RunState.Planning);
        run.Enter(RunState.Scoring);
        board.Take("a");
        run.Shards(board, isPaused: false);
        Assert.Equal((0, 1), (counts["mirrored.run.count planning"], counts["mirrored.run.count scoring"]));
        Assert.Equal((3, 1), (counts["mirrored.shard.count waiting"], counts["mirrored.shard.count in-flight"]));

        board.MarkDone(1);
        run.Shards(board, isPaused: false);
        Assert.Equal((3, 0), (counts["mirrored.shard.count waiting"], counts["mirrored.shard.count in-flight"]));

        run.Enter(RunState.Failed);
        run.Clear();
        Assert.Equal((0, 0, 1), (counts["mirrored.run.count scoring"], counts["mirrored.shard.count waiting"], counts["mirrored.run.ends failed"]));
    }

    /// <summary>What is paused is no reason for more lanes.</summary>
    [Fact]
    public void APausedRun_HasNoShardsThatWait()
    {
        var counts = new Dictionary<string, long>();
        using var listener = ListenHere(counts);
        var (run, board) = (new RunCounts(), new ShardBoard(AnyShards.Cut(5), [], new SetTime(), Silence));
        run.Enter(RunState.Scoring);
        board.Take("a");
        run.Shards(board, isPaused: true);
        Assert.Equal((0, 1), (counts["mirrored.run.count scoring"], counts["mirrored.run.count paused"]));
        Assert.Equal((0, 4, 1), (counts["mirrored.shard.count waiting"], counts["mirrored.shard.count paused"], counts["mirrored.shard.count in-flight"]));

        run.Shards(board, isPaused: false);
        Assert.Equal((1, 0), (counts["mirrored.run.count scoring"], counts["mirrored.run.count paused"]));
        Assert.Equal((4, 0, 1), (counts["mirrored.shard.count waiting"], counts["mirrored.shard.count paused"], counts["mirrored.shard.count in-flight"]));

        run.Shards(board, isPaused: true);
        run.Enter(RunState.Reducing);
        run.Shards(board, isPaused: true);
        Assert.Equal((1, 0), (counts["mirrored.run.count reducing"], counts["mirrored.run.count paused"]));

        run.Enter(RunState.Finished);
        run.Clear();
        Assert.All(counts.Where(count => count.Key.Contains(".count ", StringComparison.Ordinal)), count => Assert.Equal(0, count.Value));
    }

    [Fact]
    public void EveryState_IsInTheReference()
    {
        var lines = TelemetryReference.Text.Split('\n');
        var runs = Assert.Single(lines, line => line.StartsWith("| `mirrored.run.state` |", StringComparison.Ordinal));
        Assert.All([.. Enum.GetValues<RunState>().Select(state => SpecName.Of(state)), "paused"], state => Assert.Contains($"`{state}`", runs, StringComparison.Ordinal));
        var shards = Assert.Single(lines, line => line.StartsWith("| `mirrored.shard.state` |", StringComparison.Ordinal));
        Assert.All(["waiting", "paused", "in-flight"], state => Assert.Contains($"`{state}`", shards, StringComparison.Ordinal));
    }

    /// <summary>Sums by instrument and attribute, of this thread: other tests count in others.</summary>
    private static MeterListener ListenHere(Dictionary<string, long> counts)
    {
        var thread = Environment.CurrentManagedThreadId;
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "MirroredInfluence.Grains")
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            if (Environment.CurrentManagedThreadId != thread)
                return;
            var key = tags.Length == 0 ? instrument.Name : $"{instrument.Name} {tags[0].Value}";
            counts[key] = counts.GetValueOrDefault(key) + value;
        });
        listener.Start();
        return listener;
    }
}
