namespace MirroredInfluence.Client;

/// <summary>Where a run is and how it is treated; nothing that changes its result.</summary>
public sealed record RunOptions
{
    /// <summary>The run directory: a folder, <c>az://account/container/path</c> or <c>s3://bucket/path</c>. For a cluster, one that all its silos reach.</summary>
    public required string Directory { get; init; }

    /// <summary>0 to 100. A run of priority 20 gets twice the lane time of one of 10; one of 0 waits until it is raised (<see cref="IRun.SetPriorityAsync"/>).</summary>
    public int Priority
    {
        get;
        init
        {
            CheckPriority(value);
            field = value;
        }
    }
    = 10;

    /// <summary>Finish without shards that killed their processes: their rows count as unscorable.</summary>
    public bool AllowPoisoned { get; init; }

    internal static void CheckPriority(int priority)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(priority);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(priority, 100);
    }
}
