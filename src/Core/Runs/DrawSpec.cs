using System.Collections.Immutable;

namespace MirroredInfluence;

/// <summary>
/// Noise and timesteps the engine makes for each row and draw, Philox-4x32-10 keyed by (seed, row key, draw): the same row gets the same
/// noise under θ̂ and every θ̃, in any mini-batch, shard or process. docs/formats/noise.md gives the counter layout.
/// </summary>
public sealed record DrawSpec
{
    /// <summary>Draws per row, 1 to 1024. Losses are averaged over draws after differencing.</summary>
    public required int Count { get; init; }

    /// <summary>The argument that receives standard normal noise, float32.</summary>
    public required string NoiseArgument { get; init; }

    /// <summary>Shape of a row's noise, without the batch dimension. Default: what the archive declares.</summary>
    public ImmutableArray<int>? NoiseShape { get; init; }

    /// <summary>The argument that receives a timestep, int64, uniform over 0 … Timesteps − 1. Default: none.</summary>
    public string? TimestepArgument { get; init; }

    /// <summary>Number of timesteps, 1 or more; needed with <see cref="TimestepArgument"/>. Default 1000.</summary>
    public int Timesteps { get; init; } = 1000;
}
