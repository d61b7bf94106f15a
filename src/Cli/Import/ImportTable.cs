namespace MirroredInfluence.Cli.Import;

/// <summary>Sources side by side, row for row, and the columns made from them.</summary>
internal sealed class ImportTable : IDisposable
{
    private readonly SourceFiles _files = new();
    private readonly List<RowSource> _sources = [];
    private readonly List<MadeColumn> _made = [];
    private readonly List<SourceColumn> _columns = [];
    private long _rowIndex;

    public ImportTable(ImportOptions options)
    {
        try
        {
            foreach (var source in options.Sources.SelectMany(spec => RowSources.Open(spec, _files)))
                Add(source);
            if (options.Id is { } id)
                Make(new IdColumn(id));
            if (options.Caption is { } caption)
                Make(CaptionColumn.Parse(caption, _columns));
            foreach (var text in options.Texts)
                Make(TextColumn.Parse(text, _columns));
        }
        catch
        {
            _files.Dispose();
            throw;
        }
    }

    public IReadOnlyList<SourceColumn> Columns => _columns;

    public long RowCount => _sources[0].RowCount;

    /// <summary>Reads the row of this index. Only forward.</summary>
    public void ReadRow(long rowIndex)
    {
        foreach (var source in _sources)
        {
            if (rowIndex > _rowIndex)
                source.SkipRows(rowIndex - _rowIndex);
            source.ReadRow();
        }

        _rowIndex = rowIndex + 1;
        foreach (var column in _made)
            column.Make(rowIndex);
    }

    public void Dispose() => _files.Dispose();

    private void Add(RowSource source)
    {
        _sources.Add(source);
        if (source.RowCount != RowCount)
            throw Failure.Invalid($"{source.Name} has {source.RowCount:N0} rows, {_sources[0].Name} has {RowCount:N0}; sources side by side need the same rows.");
        foreach (var column in source.Columns)
            Add(column);
    }

    private void Make(MadeColumn column)
    {
        _made.Add(column);
        Add(column.Column);
    }

    private void Add(SourceColumn column)
    {
        if (_columns.Any(other => other.Name == column.Name))
            throw Failure.Invalid($"two columns would be called '{column.Name}'; rename one: NAME=FILE.");
        _columns.Add(column);
    }
}
