using System.Collections.Immutable;

namespace MirroredInfluence.Torch;

/// <summary>Standard normal float32 noise, keyed by (seed, row key, draw): docs/formats/noise.md.</summary>
public sealed record NoiseArgument : ArgumentSource
{
    public required ImmutableArray<int> Shape { get; init; }

    public override ElementType ReceivedDtype => ElementType.Float32;

    public override ImmutableArray<int> RowShape => Shape;
}
