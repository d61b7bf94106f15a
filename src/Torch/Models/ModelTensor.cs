using System.Collections.Immutable;

namespace MirroredInfluence.Torch;

/// <summary>A parameter or buffer of the model. Tied tensors appear once, under the first of their names.</summary>
/// <param name="Dtype">Name of the element type as PyTorch has it: <c>float32</c>, <c>bfloat16</c>, <c>int64</c>, …</param>
/// <param name="OtherNames">The further names of a tied tensor; mostly empty.</param>
/// <param name="UsedByPrefix">The model's <c>prefix</c> reads it (or may): changing it keeps the prefix from being shared. False without a prefix.</param>
public sealed record ModelTensor(
    string Name,
    string Dtype,
    ImmutableArray<long> Shape,
    bool IsParameter,
    ImmutableArray<string> OtherNames,
    bool UsedByPrefix);
