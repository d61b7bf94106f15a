using System.Collections.Immutable;
using System.Diagnostics.Metrics;

namespace MirroredInfluence.Engine;

/// <summary>What a run measures of itself (docs/reference/telemetry.md). Costs next to nothing until something listens.</summary>
internal static class EngineTelemetry
{
    public const string Name = "MirroredInfluence.Engine";

    public static readonly string Version = typeof(EngineTelemetry).Assembly.GetName().Version!.ToString(3);

    private static readonly Meter Meter = new(Name, Version);

    // From a tenth of a second to an hour: the usual boundaries are for milliseconds.
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500],
    };

    private static readonly Counter<long> RowsScored = Meter.CreateCounter<long>(
        "mirrored.rows.scored", "{row}", "Training rows that were scored.");

    private static readonly Counter<long> RowsUnscorable = Meter.CreateCounter<long>(
        "mirrored.rows.unscorable", "{row}", "Training rows that could not be scored.");

    private static readonly Counter<long> RowsIo = Meter.CreateCounter<long>(
        "mirrored.rows.io", "By", "Bytes of the training rows that were read, as they are stored, decompressed.");

    private static readonly Counter<double> WaitTime = Meter.CreateCounter<double>(
        "mirrored.wait.time", "s", "Time in which a lane, or the whole worker, had nothing to compute.");

    private static readonly Counter<long> PartCommits = Meter.CreateCounter<long>(
        "mirrored.part.commits", "{part}", "Parts that were written.");

    private static readonly ImmutableArray<KeyValuePair<string, object?>> Causes =
        [.. Enum.GetValues<WaitCause>().Select(cause => new KeyValuePair<string, object?>("mirrored.wait.cause", SpecName.Of(cause)))];

    private static readonly ImmutableArray<KeyValuePair<string, object?>> Reasons =
        [.. Enum.GetValues<UnscorableReason>().Select(reason => new KeyValuePair<string, object?>("mirrored.unscorable.reason", SpecName.Of(reason)))];

    public static Histogram<double> ShardDuration { get; } = Meter.CreateHistogram(
        "mirrored.shard.duration", "s", "Time a lane takes to score a shard.", tags: null, Seconds);

    public static Histogram<double> AscentDuration { get; } = Meter.CreateHistogram(
        "mirrored.ascent.duration", "s", "Time it takes to ascend a query and write its weight set.", tags: null, Seconds);

    /// <param name="reasons">Of the rows of a mini-batch.</param>
    public static void Scored(ReadOnlySpan<UnscorableReason> reasons, int unscorableCount)
    {
        RowsScored.Add(reasons.Length - unscorableCount);
        for (var row = 0; unscorableCount > 0 && row < reasons.Length; row++)
        {
            if (reasons[row] != UnscorableReason.None)
                RowsUnscorable.Add(1, Reasons[(int)reasons[row]]);
        }
    }

    public static void Read(long byteCount) => RowsIo.Add(byteCount);

    public static void Waited(WaitCause cause, TimeSpan time) => WaitTime.Add(time.TotalSeconds, Causes[(int)cause]);

    /// <param name="isFirst">False when another writer's part was there already.</param>
    public static void Committed(bool isFirst) =>
        PartCommits.Add(1, new KeyValuePair<string, object?>("mirrored.commit.outcome", isFirst ? "committed" : "lost"));
}
