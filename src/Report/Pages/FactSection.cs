using System.Collections.Immutable;

namespace MirroredInfluence.Report;

/// <summary>Facts of the run under one heading.</summary>
internal sealed record FactSection(string Title, ImmutableArray<(string Label, string Value)> Items);
