using System.Collections.Immutable;

namespace MirroredInfluence.Torch;

/// <summary>An argument of the model's <c>forward</c>. Type and shape are known when the exporter wrote them into the archive.</summary>
/// <param name="Dtype">Element type the model expects, or null when the archive does not say.</param>
/// <param name="Shape">A row's shape, without the batch dimension, or null when the archive does not say.</param>
public sealed record ModelArgument(string Name, ElementType? Dtype, ImmutableArray<int>? Shape);
