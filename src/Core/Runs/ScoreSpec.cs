using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace MirroredInfluence;

/// <summary>How losses become influence and a ranking.</summary>
public sealed record ScoreSpec
{
    [Description("forward-inf: mean over draws of ℓ(θ̃) − ℓ(θ̂). skew: mean over draws of (ℓ(θ̃) − ℓ(θ̂)) / (ℓ(θ̃) + ℓ(θ̂) + 0.001), for losses that are not negative; the paper has no such measure.")]
    public string Estimator { get; init; } = "forward-inf";

    [Description("proponents: largest influence first. opponents: smallest first. absolute: largest |influence| first, as the authors' data-leakage notebook ranks.")]
    public RankOrder Rank { get; init; } = RankOrder.Proponents;

    [Description("Rows kept per query; all rows when there are fewer.")]
    [Range(1, int.MaxValue)]
    public int TopK { get; init; } = 100;

    [Description("Rows that go through the model together. Part of the run's identity: a row's loss depends on it by float rounding.")]
    [Range(1, 4096)]
    public int MiniBatchRows { get; init; } = 32;

    [Description("Arguments the engine makes (diffusion), off by default.")]
    public DrawSpec? Draws { get; init; }

    [Description("Also write losses/<shard>.arrow: base loss and loss difference per row and query.")]
    public bool SaveLosses { get; init; }

    [Description("Share of rows that may be unscorable before the run stops.")]
    [Range(0.0, 1.0)]
    [OutsideIdentity]
    public double MaxUnscorable { get; init; } = 0.001;
}
