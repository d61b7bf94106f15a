using System.Collections.Immutable;

namespace MirroredInfluence.Torch;

/// <summary>An argument read from a column: value = stored × scale + offset, then cast to <see cref="Dtype"/>.</summary>
public sealed record ColumnArgument : ArgumentSource
{
    /// <summary>The column, for messages.</summary>
    public required string Column { get; init; }

    public required ElementType StoredDtype { get; init; }

    public required ElementType Dtype { get; init; }

    public required ImmutableArray<int> Shape { get; init; }

    public double Scale { get; init; } = 1;

    public double Offset { get; init; }

    public override ElementType ReceivedDtype => Dtype;

    public override ImmutableArray<int> RowShape => Shape;
}
