using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace MirroredInfluence;

/// <summary>Where and how wide the run computes. Never part of a run's identity.</summary>
public sealed record ComputeSpec
{
    [Description("cpu, cuda (every GPU) or cuda:1.")]
    [RegularExpression("cpu|cuda(:[0-9]{1,3})?", ErrorMessage = "cpu, cuda or cuda:<index>")]
    public string Device { get; init; } = "cpu";

    [Description("Lanes per device. Default: the processors on a CPU, 1 on a GPU.")]
    [Range(1, 1024)]
    public int? Lanes { get; init; }

    [Description("Threads of one lane's kernels.")]
    [Range(1, 1024)]
    public int ThreadsPerLane { get; init; } = 1;

    [Description("Most rows of a shard, rounded up to whole mini-batches.")]
    [Range(1, int.MaxValue)]
    public int ShardRows { get; init; } = 16384;

    [Description("Folder of the cache of base losses, digests and remote files; none turns it off. Default: the user's cache folder.")]
    public string? Cache { get; init; }

    [Description("Gigabytes (10⁹ bytes) of remote files that the cache keeps; those used least recently go first.")]
    [Range(0.1, 1_000_000)]
    public double CacheGigabytes { get; init; } = 20;
}
