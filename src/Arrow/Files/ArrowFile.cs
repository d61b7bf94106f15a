using System.Collections.Immutable;

namespace MirroredInfluence.Arrow;

/// <summary>
/// One Arrow IPC file or stream, mapped, whose metadata was checked as a whole. Safe for concurrent scans; a scan that is under way keeps
/// the map alive after <see cref="Dispose"/>. Another process must not truncate the file meanwhile.
/// </summary>
public sealed class ArrowFile : IDisposable
{
    private readonly IpcMetadata _metadata;

    private ArrowFile(MappedFile mapped)
    {
        Mapped = mapped;
        _metadata = IpcMetadata.Read(mapped);
        mapped.CloseMetadata();
        RecordBatches = [.. _metadata.RecordBatches.Select(batch =>
            new RecordBatchInfo(batch.RowStart, batch.RowCount, batch.BodyBytes, batch.Compression))];
    }

    /// <summary>The path, or the name given to <see cref="Parse"/>.</summary>
    public string Path => Mapped.Name;

    public ArrowFormat Format => _metadata.Format;

    public ArrowSchema Schema => _metadata.Schema;

    public long RowCount => _metadata.RowCount;

    public IReadOnlyList<RecordBatchInfo> RecordBatches { get; }

    internal MappedFile Mapped { get; }

    internal IReadOnlyList<RecordBatch> Batches => _metadata.RecordBatches;

    /// <summary>Maps a local file and checks its schema, its footer and every message header.</summary>
    /// <exception cref="MirroredException">Invalid: no such file. Data: not Arrow IPC, truncated, or malformed.</exception>
    public static ArrowFile Open(string path) => Read(MappedFile.Open(path));

    /// <summary>The same for a file that is elsewhere, of which only what is read comes here.</summary>
    public static ArrowFile Open(IPiecedContent content) => Read(MappedFile.Open(content));

    /// <summary>The same over bytes in memory, which must not change while the file is in use.</summary>
    /// <param name="name">What messages call it.</param>
    public static ArrowFile Parse(ReadOnlyMemory<byte> bytes, string name) => Read(MappedFile.Pin(bytes, name));

    /// <summary>What the column itself says about the tensors in its rows, or null and why it cannot hold any.</summary>
    /// <exception cref="MirroredException">Invalid: no such column.</exception>
    public TensorLayout? TryGetTensorLayout(string columnPath, out string problem) =>
        TensorColumn.TryMake(Find(columnPath), out problem) is { } column ? new TensorLayout(column.Element, column.Shape) : null;

    /// <param name="storedDtype">Element type of raw bytes; null, or the column's own, for a typed column.</param>
    /// <param name="shape">A row's shape; null takes the column's own.</param>
    /// <exception cref="MirroredException">Invalid: no such column, or it cannot hold such tensors.</exception>
    public ColumnBinding BindTensor(string columnPath, ElementType? storedDtype, ImmutableArray<int>? shape)
    {
        var path = Find(columnPath);
        var column = TensorColumn.TryMake(path, out var problem) ?? throw Refuse(columnPath, path, problem);
        if (column.Element is { } own && storedDtype is { } asked && own != asked)
            throw Refuse(columnPath, path, $"its elements are {own.Name()}, not {asked.Name()}; only raw bytes are declared");
        var element = column.Element ?? storedDtype ?? throw Refuse(columnPath, path, "raw bytes need a declared element type");
        var bound = shape ?? column.Shape ?? throw Refuse(columnPath, path, "its rows may differ in length; declare their shape");
        if (bound.Any(dimension => dimension < 1))
            throw Refuse(columnPath, path, $"shape {TensorColumn.Text(bound)} has a dimension below 1");
        var needs = $"shape {TensorColumn.Text(bound)} {element.Name()} needs";
        var rowBytes = TensorColumn.ElementCount(bound) * element.SizeBytes();
        if (rowBytes > int.MaxValue)
            throw Refuse(columnPath, path, $"{needs} 2 GiB or more for a row");
        if (column.Leaf.Field is { Kind: ArrowKind.FixedSizeBinary } leaf && leaf.Size != rowBytes)
            throw Refuse(columnPath, path, $"a row holds {leaf.Size:N0} bytes; {needs} {rowBytes:N0}");
        return new ColumnBinding(this, column, column.TryFit(bound, out problem) ?? throw Refuse(columnPath, path, problem))
        {
            ColumnPath = columnPath,
            StoredDtype = element,
            Shape = bound,
            RowBytes = (int)rowBytes,
        };
    }

    /// <param name="askedBy">The field of a spec that names the column, for messages.</param>
    /// <exception cref="MirroredException">Invalid: no such column, or its type has no values to show.</exception>
    public ValueColumn BindValue(string columnPath, string? askedBy = null)
    {
        var name = askedBy is null ? Path : $"{askedBy}: {Path}";
        var path = FieldPath.Find(name, _metadata.Layout, columnPath);
        if (path.Column.Field.Kind > ArrowKind.FixedSizeBinary)
            throw Refuse(name, columnPath, path, "ids, groups and captions are integers, floats, bools, text, binary, or dictionaries of them");
        return new ValueColumn(Mapped, _metadata, path, columnPath);
    }

    /// <summary>Copies a typed column without nulls, all rows, C order.</summary>
    /// <exception cref="MirroredException">Invalid: the column holds something else. Data: a row is null or cannot be decoded.</exception>
    public T[] ReadColumn<T>(string columnPath) where T : unmanaged => ColumnCopy.ReadAll<T>(this, columnPath);

    /// <summary>Copies rows [rowStart, rowStart + n) of a typed column without nulls; n rows fill the destination.</summary>
    /// <exception cref="MirroredException">Invalid: the column holds something else. Data: a row is null or cannot be decoded.</exception>
    public void ReadRows<T>(string columnPath, long rowStart, Span<T> destination) where T : unmanaged =>
        ColumnCopy.Read(this, columnPath, rowStart, destination);

    /// <summary>Copies a text column; a null row is null.</summary>
    /// <exception cref="MirroredException">Invalid: the column holds something else. Data: a row cannot be decoded.</exception>
    public string?[] ReadTexts(string columnPath) => ColumnCopy.ReadTexts(this, columnPath);

    /// <summary>Asks for the stored bytes of rows [rowStart, rowEnd), as far ahead as a scan that starts there would.</summary>
    public void Prefetch(IReadOnlyList<ColumnBinding> columns, long rowStart, long rowEnd)
    {
        FieldLayout[] fields = [.. columns.SelectMany(column => ColumnCursor.FieldsOf(column.Column))];
        Mapped.Hold();
        try
        {
            var askedBytes = 0L;
            for (var index = Arrow.RecordBatches.IndexOf(Batches, rowStart); index < Batches.Count && Batches[index].RowStart < rowEnd && askedBytes < Mapped.ReadAheadBytes; index++)
                askedBytes += BatchBody.Prefetch(Mapped, fields, Batches[index], Mapped.ReadAheadBytes);
        }
        finally
        {
            Mapped.LetGo();
        }
    }

    public void Dispose() => Mapped.Dispose();

    private static ArrowFile Read(MappedFile mapped)
    {
        try
        {
            return new ArrowFile(mapped);
        }
        catch
        {
            mapped.Dispose();
            throw;
        }
    }

    private FieldPath Find(string columnPath) => FieldPath.Find(Path, _metadata.Layout, columnPath);

    private MirroredException Refuse(string columnPath, FieldPath path, string problem) => Refuse(Path, columnPath, path, problem);

    private static MirroredException Refuse(string name, string columnPath, FieldPath path, string problem) =>
        Failure.Invalid($"{name}: column '{columnPath}' ({path.Column.Field.TypeName}) cannot be bound: {problem}.");
}
