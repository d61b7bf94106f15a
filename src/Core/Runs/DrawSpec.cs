using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace MirroredInfluence;

/// <summary>
/// Noise and timesteps the engine makes for each row and draw, Philox-4x32-10 keyed by (seed, row key, draw): the same row gets the same
/// noise under θ̂ and every θ̃, in any mini-batch, shard or process. docs/formats/noise.md gives the counter layout.
/// </summary>
public sealed record DrawSpec
{
    [Description("Draws per row. Losses are averaged over draws after differencing.")]
    [Range(1, 1024)]
    public required int Count { get; init; }

    [Description("The argument that receives standard normal noise, float32.")]
    public required string NoiseArgument { get; init; }

    [Description("Shape of a row's noise, without the batch dimension. Default: what the archive declares.")]
    [Range(1, int.MaxValue)]
    public ImmutableArray<int>? NoiseShape { get; init; }

    [Description("The argument that receives a timestep, int64, uniform over 0 … timesteps − 1. Default: none.")]
    public string? TimestepArgument { get; init; }

    [Description("Number of timesteps.")]
    [Range(1, int.MaxValue)]
    public int Timesteps { get; init; } = 1000;
}
