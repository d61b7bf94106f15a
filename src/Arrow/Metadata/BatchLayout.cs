using System.Collections.Immutable;

namespace MirroredInfluence.Arrow;

/// <summary>How the nodes and buffers of a record batch are shared out among the fields of its schema.</summary>
internal sealed class BatchLayout
{
    public ImmutableArray<FieldLayout> Fields { get; set; } = [];

    public int NodeCount { get; set; }

    /// <summary>Without the variadic buffers of views.</summary>
    public int BufferCount { get; set; }

    /// <summary>View columns, each with buffers of its own number.</summary>
    public int VariadicCount { get; set; }
}
