using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace MirroredInfluence;

/// <summary>How one model argument is made from one column: value = stored × scale + offset, then cast to <see cref="Dtype"/>.</summary>
public sealed record ColumnSpec
{
    [Description("Column name or struct path (image.bytes). Default: the argument's name.")]
    public string? Column { get; init; }

    [Description("Element type the model receives. Default: what the model's archive declares, else the stored type.")]
    public ElementType? Dtype { get; init; }

    [Description("Element type of raw C-order bytes in a binary column. Default: dtype. Refused for typed columns.")]
    public ElementType? StoredDtype { get; init; }

    [Description("A row's shape, without the batch dimension. Default: what the archive declares, else the column's own fixed shape.")]
    [Range(1, int.MaxValue)]
    public ImmutableArray<int>? Shape { get; init; }

    [Description("Factor of the stored value.")]
    public double Scale { get; init; } = 1;

    [Description("Added after scaling.")]
    public double Offset { get; init; }
}
