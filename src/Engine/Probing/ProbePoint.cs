namespace MirroredInfluence.Engine;

/// <summary>
/// Measured speed of the forward passes of all lanes together, for one mini-batch size and number of lanes; rows a second and draw.
/// </summary>
public sealed record ProbePoint
{
    public required int MiniBatchRows { get; init; }

    public required int LaneCount { get; init; }

    /// <summary>Under θ̂, gathering the rows included.</summary>
    public required double BaseRowsPerSecond { get; init; }

    /// <summary>Under θ̃ when θ̂ has not run, because its losses are cached; gathering the rows included.</summary>
    public required double FirstQueryRowsPerSecond { get; init; }

    /// <summary>Under each further θ̃: a shared prefix is free.</summary>
    public required double QueryRowsPerSecond { get; init; }

    /// <summary>Rows a second through θ̂ and all θ̃.</summary>
    public double ColdRowsPerSecond(int queryCount, int drawCount) =>
        1 / (drawCount * ((1 / BaseRowsPerSecond) + (queryCount / QueryRowsPerSecond)));

    /// <summary>Rows a second through all θ̃, base losses cached.</summary>
    public double WarmRowsPerSecond(int queryCount, int drawCount) =>
        1 / (drawCount * ((1 / FirstQueryRowsPerSecond) + ((queryCount - 1) / QueryRowsPerSecond)));
}
