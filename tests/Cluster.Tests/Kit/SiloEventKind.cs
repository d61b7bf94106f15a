namespace MirroredInfluence.Cluster.Tests;

/// <summary>Words of the silo's log.</summary>
internal enum SiloEventKind
{
    /// <summary>A lane has a shard to score.</summary>
    Taken,

    /// <summary>A shard's part is in the run directory, whoever put it there first.</summary>
    Committed,

    /// <summary>The silo is the run's coordinator from here on.</summary>
    Coordinated,
}
