using System.Collections.Immutable;

namespace MirroredInfluence.Arrow;

/// <summary>What a column itself says about the tensors in its rows.</summary>
/// <param name="StoredDtype">Null for raw bytes (binary columns): the spec must name it.</param>
/// <param name="Shape">Null when rows may differ in length (variable lists, binary): the spec must name it.</param>
public sealed record TensorLayout(ElementType? StoredDtype, ImmutableArray<int>? Shape);
