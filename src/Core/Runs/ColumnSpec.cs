using System.Collections.Immutable;

namespace MirroredInfluence;

/// <summary>How one model argument is made from one column: value = stored × scale + offset, then cast to <see cref="Dtype"/>.</summary>
public sealed record ColumnSpec
{
    /// <summary>Column name or struct path (<c>image.bytes</c>). Default: the argument's name.</summary>
    public string? Column { get; init; }

    /// <summary>Element type the model receives. Default: what the model's archive declares, else the stored type.</summary>
    public ElementType? Dtype { get; init; }

    /// <summary>Element type of raw C-order bytes in a binary column. Default: <see cref="Dtype"/>. Refused for typed columns.</summary>
    public ElementType? StoredDtype { get; init; }

    /// <summary>A row's shape, without the batch dimension. Default: what the archive declares, else the column's own fixed shape.</summary>
    public ImmutableArray<int>? Shape { get; init; }

    /// <summary>Default 1.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>Default 0.</summary>
    public double Offset { get; init; }
}
