namespace MirroredInfluence;

/// <summary>Where and how wide the run computes. Never part of a run's identity.</summary>
public sealed record ComputeSpec
{
    /// <summary><c>cpu</c>, <c>cuda</c> (every GPU), <c>cuda:1</c>. Default cpu.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Lanes per device. Default: the processors on a CPU, 1 on a GPU.</summary>
    public int? Lanes { get; init; }

    /// <summary>Threads of one lane's kernels, 1 or more. Default 1.</summary>
    public int ThreadsPerLane { get; init; } = 1;

    /// <summary>Most rows of a shard, rounded up to whole mini-batches. Default 16384.</summary>
    public int ShardRows { get; init; } = 16384;

    /// <summary>Folder of the base-loss and digest cache. Default: the user's cache folder. <c>none</c> turns it off.</summary>
    public string? Cache { get; init; }
}
