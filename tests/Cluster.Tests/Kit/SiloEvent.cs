namespace MirroredInfluence.Cluster.Tests;

/// <param name="Run">The run directory.</param>
/// <param name="ShardIndex">−1 where it is of a whole run.</param>
internal sealed record SiloEvent(string Silo, DateTime At, string Run, SiloEventKind Kind, int ShardIndex);
