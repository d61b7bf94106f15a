using System.Collections.Immutable;

namespace MirroredInfluence.Engine;

/// <summary>Test rows → queries, by <c>test.rows</c>, <c>test.query</c> and <c>test.id</c>. Needs the test files, and no model.</summary>
internal static class QueryReader
{
    /// <summary>In order of their first test row.</summary>
    /// <exception cref="MirroredException">
    /// Invalid: rows that are not there, names that are not unique. Data: no rows, a row without a name.
    /// </exception>
    public static ImmutableArray<Query> Read(DataFiles data, RunSpec spec, ImmutableArray<DataFile> files)
    {
        var layout = RunPlan.Cut(files, int.MaxValue, miniBatchRows: 1);
        if (layout.RowCount == 0)
        {
            throw Failure.Data(
                $"test.shards: the test files hold no rows: {string.Join(", ", files.Select(file => file.Uri))}; expected at least one.");
        }

        var rows = Select(spec.Test.Rows, layout.RowCount);
        var id = IdColumn(data, spec, files.Select(file => file.Uri));
        return spec.Test.Query switch
        {
            "row" => ByRow(Read(data, rows, layout, id, column: null)),
            "all" => [new Query { Name = "all", Rows = [.. Read(data, rows, layout, id, column: null).Select(row => row.Row)] }],
            var column => ByColumn(Read(data, rows, layout, id, column), column, layout),
        };
    }

    /// <summary>The column that names test rows: <c>test.id</c>, else <c>train.id</c> where the test files have it.</summary>
    public static string? IdColumn(DataFiles data, RunSpec spec, IEnumerable<string> paths) =>
        spec.Test.Id ?? (spec.Train.Id is { } id && paths.All(path => HasColumn(data, path, id)) ? id : null);

    private static bool HasColumn(DataFiles data, string path, string column)
    {
        using var file = data.Open(path);
        return ArrowColumns.Has(file.Schema.Fields, column);
    }

    private static ImmutableArray<long> Select(string? text, long rowCount)
    {
        var selection = RowSelection.Parse(text ?? $"0..{rowCount - 1}");
        if (selection.Ranges[^1].End > rowCount)
        {
            throw Failure.Invalid(
                $"test.rows: '{text}' names row {selection.Ranges[^1].End - 1}; "
                + $"expected 0 to {rowCount - 1}, since the test files hold {rowCount:N0} rows.");
        }

        return [.. selection.Rows];
    }

    private static ImmutableArray<Query> ByRow(IEnumerable<NamedRow> rows)
    {
        var indexOfName = new Dictionary<string, long>(StringComparer.Ordinal);
        var queries = ImmutableArray.CreateBuilder<Query>();
        foreach (var (index, row, _) in rows)
        {
            var name = row.Id.IsNull ? $"row-{index}" : row.Id.ToString();
            if (!indexOfName.TryAdd(name, index))
            {
                throw Failure.Invalid(
                    $"test rows {indexOfName[name]} and {index} are both named '{name}'; each query needs its own name. "
                    + "Name a column of unique values in test.id, or group the rows with test.query.");
            }

            queries.Add(new Query { Name = Checked(name, index), Rows = [row] });
        }

        return queries.ToImmutable();
    }

    private static ImmutableArray<Query> ByColumn(IEnumerable<NamedRow> rows, string column, RunPlan layout)
    {
        var rowsOfName = new OrderedDictionary<string, ImmutableArray<TestRow>.Builder>(StringComparer.Ordinal);
        foreach (var (index, row, value) in rows)
        {
            if (value.IsNull)
            {
                throw Failure.Data(
                    $"{layout.Files[row.FileIndex].Uri}: column '{column}' is null in row {row.Row}; "
                    + "test.query groups by it, so each test row needs a value.");
            }

            var name = Checked(value.ToString(), index);
            if (!rowsOfName.TryGetValue(name, out var ofName))
                rowsOfName.Add(name, ofName = ImmutableArray.CreateBuilder<TestRow>());
            ofName.Add(row);
        }

        return [.. rowsOfName.Select(query => new Query { Name = query.Key, Rows = query.Value.ToImmutable() })];
    }

    private static string Checked(string name, long index) =>
        name.Length > 0 ? name : throw Failure.Invalid(
            $"test row {index} has an empty text as its name; a query needs a name. Name another column in test.id or test.query.");

    /// <summary>Rows with their ids and, when asked for, a column's values; files are opened one at a time.</summary>
    private static IEnumerable<NamedRow> Read(DataFiles data, ImmutableArray<long> rows, RunPlan layout, string? id, string? column)
    {
        var next = 0;
        while (next < rows.Length)
        {
            var (fileIndex, _) = layout.Locate(rows[next]);
            using var file = data.Open(layout.Files[fileIndex].Uri);
            var ids = id is null ? null : BoundFile.BindId(file, id);
            var values = column is null ? null : file.BindValue(column);
            for (; next < rows.Length && layout.Locate(rows[next]) is var (rowFileIndex, row) && rowFileIndex == fileIndex; next++)
                yield return new NamedRow(rows[next], new TestRow(fileIndex, row, ids?.Get(row) ?? default), values?.Get(row) ?? default);
        }
    }

    /// <param name="Index">0-based over all test files.</param>
    /// <param name="Value">Of the column that <c>test.query</c> names.</param>
    private readonly record struct NamedRow(long Index, TestRow Row, RowValue Value);
}
