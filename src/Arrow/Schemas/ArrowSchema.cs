using System.Collections.Immutable;

namespace MirroredInfluence.Arrow;

/// <summary>The columns of a file, in its own order.</summary>
public sealed record ArrowSchema(ImmutableArray<ArrowField> Fields, ImmutableDictionary<string, string> Metadata);
