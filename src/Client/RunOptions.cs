namespace MirroredInfluence.Client;

/// <summary>Where a run is and how it is treated; nothing that changes its result.</summary>
public sealed record RunOptions
{
    public const int UsualPriority = 10;

    /// <summary>The run directory: a folder, <c>az://account/container/path</c> or <c>s3://bucket/path</c>. For a cluster, one that all its silos reach.</summary>
    public required string Directory { get; init; }

    /// <summary>
    /// 0 to 100. A run of priority 20 gets twice the lane time of one of 10; one of 0 waits until it is raised (<see cref="IRun.SetPriorityAsync"/>). Null: a run that is
    /// under way keeps its own, another has <see cref="UsualPriority"/>.
    /// </summary>
    /// <exception cref="MirroredException">Invalid: it is out of range.</exception>
    public int? Priority
    {
        get;
        init
        {
            if (value is { } priority)
                CheckPriority(priority);
            field = value;
        }
    }

    /// <summary>Finish without shards that killed their processes: their rows count as unscorable.</summary>
    public bool AllowPoisoned { get; init; }

    internal static void CheckPriority(int priority)
    {
        if (priority is < 0 or > 100)
            throw Failure.Invalid($"priority: found {priority}; expected 0 to 100.");
    }
}
