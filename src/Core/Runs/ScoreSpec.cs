namespace MirroredInfluence;

/// <summary>How losses become influence and a ranking.</summary>
public sealed record ScoreSpec
{
    /// <summary><c>forward-inf</c> (default) or <c>skew</c>; see <see cref="Estimator"/>.</summary>
    public string Estimator { get; init; } = "forward-inf";

    public RankOrder Rank { get; init; } = RankOrder.Proponents;

    /// <summary>Rows kept per query, 1 or more. Default 100; all rows when there are fewer.</summary>
    public int TopK { get; init; } = 100;

    /// <summary>
    /// Rows that go through the model together, 1 to 4096. Default 32. Part of the run's identity: a row's loss depends on it by float rounding.
    /// </summary>
    public int MiniBatchRows { get; init; } = 32;

    /// <summary>Arguments the engine makes (diffusion). Default: none.</summary>
    public DrawSpec? Draws { get; init; }

    /// <summary>Also write losses/&lt;shard&gt;.arrow: base loss and loss difference per row and query. Default false.</summary>
    public bool SaveLosses { get; init; }

    /// <summary>Share of rows, 0 to 1, that may be unscorable before the run stops with a Data failure. Default 0.001.</summary>
    public double MaxUnscorable { get; init; } = 0.001;
}
