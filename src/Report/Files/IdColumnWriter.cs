using MirroredInfluence.Arrow;

namespace MirroredInfluence.Report;

/// <summary>The id column of result.arrow: int64 where every id is such an integer, else text.</summary>
internal sealed class IdColumnWriter
{
    private readonly TensorColumnWriter? _integers;
    private readonly TextColumnWriter? _texts;

    private IdColumnWriter(bool areIntegers)
    {
        _integers = areIntegers ? new TensorColumnWriter("id", ElementType.Int64, nullable: true) : null;
        _texts = areIntegers ? null : new TextColumnWriter("id", nullable: true);
    }

    public ColumnWriter Column => (ColumnWriter?)_integers ?? _texts!;

    public static IdColumnWriter For(RunResult result) =>
        new(result.Queries.All(query => query.Top.All(row => row.Id.Kind is RowValueKind.Integer or RowValueKind.Null)));

    public void Append(RowValue id)
    {
        if (id.IsNull)
            Column.AppendNull();
        else if (_integers is not null)
            _integers.Append(id.Integer);
        else
            _texts!.Append(id.ToString());
    }
}
