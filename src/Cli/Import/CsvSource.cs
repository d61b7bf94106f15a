using System.IO.Enumeration;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

namespace MirroredInfluence.Cli.Import;

/// <summary>
/// A CSV file with a header. It is read twice: once to count rows and find each column's type, once for the values. Columns that are
/// asked for under one name are packed into one column with a fixed-size list per row.
/// </summary>
internal sealed class CsvSource : RowSource
{
    private readonly CsvReader _reader;
    private readonly int _fieldCount;
    private readonly List<PickedColumn> _picked = [];

    /// <param name="open">Opens the file from its start.</param>
    /// <param name="pattern">Glob over header names; null takes all.</param>
    /// <param name="columnName">One name for what the pattern picks; null keeps the header's names.</param>
    public CsvSource(string name, Func<Stream> open, string? pattern, string? columnName)
    {
        Name = name;
        var scan = new CsvReader(name, open());
        var header = ReadHeader(scan);
        _fieldCount = header.Length;
        var types = FindTypes(scan, out var rowCount);
        RowCount = rowCount;

        PickColumns(header, types, pattern, columnName);
        _reader = new CsvReader(name, open());
        _reader.MoveNext();
    }

    public override string Name { get; }

    public override IReadOnlyList<SourceColumn> Columns => [.. _picked.Select(column => column.Column)];

    public override long RowCount { get; }

    public override void ReadRow()
    {
        MoveNext(_reader);
        foreach (var column in _picked)
            Read(column);
    }

    public override void SkipRows(long rowCount)
    {
        for (var i = 0L; i < rowCount; i++)
            MoveNext(_reader);
    }

    private string[] ReadHeader(CsvReader scan)
    {
        if (!scan.MoveNext())
            throw Failure.Data($"{Name}: is empty; expected a CSV header of column names.");
        var header = new string[scan.FieldCount];
        for (var i = 0; i < header.Length; i++)
        {
            header[i] = Encoding.UTF8.GetString(scan.Field(i)).Trim();
            if (header[i].Length == 0)
                throw Failure.Data($"{Name}: column {i + 1} of {header.Length} has no name in the header.");
            if (Array.IndexOf(header, header[i]) < i)
                throw Failure.Data($"{Name}: the header names column '{header[i]}' twice.");
        }

        return header;
    }

    private CsvColumnType[] FindTypes(CsvReader scan, out long rowCount)
    {
        var types = new CsvColumnType[_fieldCount];
        Array.Fill(types, new CsvColumnType());
        rowCount = 0;
        while (scan.MoveNext())
        {
            CheckFieldCount(scan);
            for (var i = 0; i < types.Length; i++)
                types[i].Include(scan.Field(i));
            rowCount++;
        }

        return types;
    }

    private void PickColumns(string[] header, CsvColumnType[] types, string? pattern, string? columnName)
    {
        var fields = Enumerable.Range(0, header.Length)
            .Where(i => pattern is null || FileSystemName.MatchesSimpleExpression(pattern, header[i], ignoreCase: false))
            .ToArray();
        if (fields.Length == 0)
            throw Failure.Invalid($"{Name}: no column matches '{pattern}'; its columns are {string.Join(", ", header)}.");

        if (columnName is null || fields.Length == 1)
        {
            foreach (var field in fields)
                _picked.Add(new PickedColumn(new SourceColumn(columnName ?? header[field], types[field].Dtype, [], types[field].HasEmpty), [field]));
            return;
        }

        foreach (var field in fields)
        {
            if (types[field].Dtype is null)
                throw Failure.Invalid($"{Name}: column '{header[field]}' holds text, so it cannot be packed into '{columnName}'.");
        }

        var dtype = fields.All(field => types[field].Dtype is ElementType.Int64) ? ElementType.Int64 : ElementType.Float64;
        _picked.Add(new PickedColumn(new SourceColumn(columnName, dtype, [fields.Length], fields.Any(field => types[field].HasEmpty))
        {
            Packed = [.. fields.Select(field => header[field])],
        }, fields));
    }

    private void MoveNext(CsvReader from)
    {
        if (!from.MoveNext())
            throw Failure.Data($"{Name}: became shorter while it was read.");
        CheckFieldCount(from);
    }

    private void CheckFieldCount(CsvReader from)
    {
        if (from.FieldCount != _fieldCount)
            throw Failure.Data($"{Name}: line {from.RecordLineNumber:N0} has {from.FieldCount} fields; the header has {_fieldCount}.");
    }

    private void Read(PickedColumn picked)
    {
        var (column, fields) = picked;
        if (column.Dtype is not { } dtype)
        {
            var text = _reader.Field(fields[0]);
            if (!Utf8.IsValid(text))
                throw Failure.Data($"{Name}: line {_reader.RecordLineNumber:N0}, column '{column.Name}' is not UTF-8 text.");
            column.SetValue(text);
            return;
        }

        var value = MemoryMarshal.Cast<byte, long>(column.SetValue(fields.Length * sizeof(long)));
        for (var i = 0; i < fields.Length; i++)
        {
            var field = _reader.Field(fields[i]).Trim((byte)' ');
            if (field.IsEmpty)
            {
                column.SetNull();
                return;
            }

            value[i] = Parse(field, dtype, column.Name);
        }
    }

    private long Parse(ReadOnlySpan<byte> field, ElementType dtype, string columnName)
    {
        if (dtype is ElementType.Int64 && CsvColumnType.TryParseInteger(field, out var integer))
            return integer;
        if (dtype is ElementType.Float64 && CsvColumnType.TryParseNumber(field, out var number))
            return BitConverter.DoubleToInt64Bits(number);
        throw Failure.Data($"{Name}: line {_reader.RecordLineNumber:N0}, column '{columnName}' changed while it was read.");
    }

    private sealed record PickedColumn(SourceColumn Column, int[] Fields);
}
