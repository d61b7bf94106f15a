using System.Collections.Immutable;

namespace MirroredInfluence.Torch;

/// <summary>An int64 timestep a row, uniform over 0 … <see cref="Timesteps"/> − 1, keyed by (seed, row key, draw).</summary>
public sealed record TimestepArgument : ArgumentSource
{
    public required int Timesteps { get; init; }

    public override ElementType ReceivedDtype => ElementType.Int64;

    public override ImmutableArray<int> RowShape => [];
}
