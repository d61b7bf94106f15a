using System.Globalization;

namespace MirroredInfluence.Cluster.Tests;

/// <param name="Due">Share of the lanes by priority.</param>
/// <param name="Had">Share of the shards that were taken.</param>
/// <param name="LongestWaitSeconds">Of any of its runs between two shards, from its first to its last.</param>
/// <param name="DueWaitSeconds">Between two shards of one of its runs, by priority.</param>
internal sealed record PriorityShare(int Priority, double Due, double Had, double LongestWaitSeconds, double DueWaitSeconds)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"priority {Priority}: {Had:P0} of {Due:P0}, {DueWaitSeconds:F1} s between two shards due, at most {LongestWaitSeconds:F1} s");
}
