namespace MirroredInfluence.Client;

/// <summary>Where a run is and how it is treated; nothing that changes its result.</summary>
public sealed record RunOptions
{
    /// <summary>The run directory: a folder, <c>az://account/container/path</c> or <c>s3://bucket/path</c>. For a cluster, one that all its silos reach.</summary>
    public required string Directory { get; init; }

    /// <summary>1 to 100. A run of priority 20 gets twice the lane time of one of 10.</summary>
    public int Priority
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 100);
            field = value;
        }
    }
    = 10;

    /// <summary>Finish without shards that killed their processes: their rows count as unscorable.</summary>
    public bool AllowPoisoned { get; init; }
}
