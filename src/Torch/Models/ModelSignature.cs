using System.Collections.Immutable;

namespace MirroredInfluence.Torch;

/// <summary>What a model takes and what it is made of.</summary>
public sealed record ModelSignature
{
    /// <summary>Arguments of <c>forward</c>, in order.</summary>
    public required ImmutableArray<ModelArgument> Arguments { get; init; }

    /// <summary>The model exports <c>prefix</c> and <c>suffix</c> with forward = suffix ∘ prefix.</summary>
    public required bool HasPrefix { get; init; }

    /// <summary>Names of the arguments that <c>prefix</c> takes; empty without a prefix.</summary>
    public required ImmutableArray<string> PrefixArguments { get; init; }

    /// <summary>Names of the arguments that <c>suffix</c> takes after the prefix's features; empty without a prefix.</summary>
    public required ImmutableArray<string> SuffixArguments { get; init; }

    /// <summary>Parameters and buffers, in the archive's order.</summary>
    public required ImmutableArray<ModelTensor> Tensors { get; init; }

    /// <summary>The text of the exporter's <c>mirrored.json</c>, or null.</summary>
    public required string? ExporterText { get; init; }
}
