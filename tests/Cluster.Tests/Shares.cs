using System.Globalization;

namespace MirroredInfluence.Cluster.Tests;

/// <summary>How runs shared the lanes, by priority, while all of them had shards left.</summary>
/// <param name="ShardCount">Of all runs, in that time.</param>
/// <param name="AllSeconds">From the first shard of any run to the last.</param>
internal sealed record Shares(int ShardCount, double Seconds, double AllSeconds, IReadOnlyList<PriorityShare> ByPriority)
{
    public static Shares Of(SiloCluster cluster, IReadOnlyCollection<Run> runs)
    {
        var taken = runs.ToDictionary(run => run, run => cluster.EventsOf(run.Directory).Where(item => item.Kind == SiloEventKind.Taken).Select(item => item.At).ToArray());
        var (from, to) = (taken.Values.Max(times => times[0]), taken.Values.Min(times => times[^1]));
        var within = taken.ToDictionary(pair => pair.Key, pair => pair.Value.Where(at => at >= from && at <= to).ToArray());
        var (total, prioritySum) = (within.Values.Sum(times => times.Length), (double)runs.Sum(run => run.Priority));
        var shares = runs.GroupBy(run => run.Priority).OrderBy(group => group.Key).Select(group => new PriorityShare(
            group.Key,
            group.Sum(run => run.Priority) / prioritySum,
            (double)group.Sum(run => within[run].Length) / total,
            group.Max(run => LongestWait(taken[run])),
            (to - from).TotalSeconds / total * prioritySum / group.Key));
        return new Shares(total, (to - from).TotalSeconds, (taken.Values.Max(times => times[^1]) - taken.Values.Min(times => times[0])).TotalSeconds, [.. shares]);

        static double LongestWait(DateTime[] times) => times.Zip(times.Skip(1), (one, next) => (next - one).TotalSeconds).DefaultIfEmpty().Max();
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{ShardCount} shards in {Seconds:F1} of {AllSeconds:F1} s; {string.Join("; ", ByPriority)}");
}
