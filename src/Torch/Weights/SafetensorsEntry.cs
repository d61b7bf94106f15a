using System.Collections.Immutable;

namespace MirroredInfluence.Torch;

/// <summary>One tensor of a safetensors file.</summary>
/// <param name="Dtype">As PyTorch names it: <c>float32</c>, <c>bfloat16</c>, …</param>
/// <param name="ByteStart">From the start of the data, inclusive.</param>
/// <param name="ByteEnd">Exclusive.</param>
internal sealed record SafetensorsEntry(string Name, string Dtype, ImmutableArray<long> Shape, long ByteStart, long ByteEnd);
