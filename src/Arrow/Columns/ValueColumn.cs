using System.Runtime.CompilerServices;
using System.Text;

namespace MirroredInfluence.Arrow;

/// <summary>
/// Values of a column by row, at random: ids, groups, captions, pictures. Made by <see cref="ArrowFile.BindValue"/>.
/// Safe for concurrent use; threads that read much bind one each.
/// </summary>
public sealed unsafe class ValueColumn
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Lock _gate = new();
    private readonly MappedFile _file;
    private readonly IReadOnlyList<RecordBatch> _batches;
    private readonly FieldLayout[] _fields;
    private readonly BodyCache _bodies;
    private readonly DictionaryValues?[] _dictionaries = [];    // by record batch
    private readonly BodyCache? _dictionaryBodies;
    private readonly ArrowField _valueField;
    private readonly ArrowKind? _indexKind;                     // null: no dictionary
    private int _lastBatch;

    internal ValueColumn(MappedFile file, IpcMetadata metadata, FieldPath path, string columnPath)
    {
        ColumnPath = columnPath;
        _file = file;
        _batches = metadata.RecordBatches;
        _fields = [.. path.Fields];
        _bodies = new BodyCache(file, _fields);
        _valueField = path.Column.Field;
        _indexKind = _valueField.DictionaryIndexKind;
        if (_indexKind is null)
            return;
        var layout = metadata.DictionaryLayouts[_valueField.DictionaryId];
        _dictionaries = DictionaryValues.ByRecordBatch(metadata, _valueField.DictionaryId);
        _dictionaryBodies = new BodyCache(file, [.. layout.Fields]);
        _valueField = layout.Fields[0].Field;
    }

    public string ColumnPath { get; }

    /// <exception cref="MirroredException">Data: the row cannot be decoded.</exception>
    public RowValue Get(long row)
    {
        var problem = Read(row, out var value);
        return problem is null ? value : throw Failure.Data($"{_file.Name}: column '{ColumnPath}' row {row:N0}: {problem}.");
    }

    /// <summary>False when the row cannot be decoded: a corrupt record batch, offsets out of range, text that is not UTF-8.</summary>
    public bool TryGet(long row, out RowValue value) => Read(row, out value) is null;

    /// <summary>Bytes of a row's text or binary value, found without touching them; 0 for null, other types, dictionaries, and a row that cannot be decoded.</summary>
    public long LengthOf(long row)
    {
        CheckRow(row);
        _file.Hold();
        try
        {
            lock (_gate)
            {
                if (_indexKind is not null || Find(row, out var body, out var index) is not null || IsNull(body, index))
                    return 0;
                if (_valueField.Kind == ArrowKind.FixedSizeBinary)
                    return _valueField.Size;
                return HasOffsets(_valueField.Kind) && FindBytes(body, _fields.Length - 1, _valueField, index, out _, out var length) is null ? length : 0;
            }
        }
        finally
        {
            _file.LetGo();
        }
    }

    private string? Read(long row, out RowValue value)
    {
        CheckRow(row);
        _file.Hold();
        try
        {
            lock (_gate)
                return ReadHeld(row, out value);
        }
        finally
        {
            _file.LetGo();
        }
    }

    private void CheckRow(long row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, _batches.Count == 0 ? 0 : _batches[^1].RowEnd);
    }

    private string? ReadHeld(long row, out RowValue value)
    {
        value = RowValue.Null;
        var problem = Find(row, out var body, out var index);
        if (problem is not null || IsNull(body, index))
            return problem;
        return _indexKind is { } indexKind
            ? ReadEntry(body.View(_fields.Length - 1, 1), indexKind, index, out value)
            : ReadValue(body, _fields.Length - 1, _valueField, index, out value);
    }

    /// <summary>The body that holds a row, and the row's index in it, or why it cannot be decoded.</summary>
    private string? Find(long row, out BatchBody body, out long index)
    {
        var last = _batches[_lastBatch];
        if (row < last.RowStart || row >= last.RowEnd)
            _lastBatch = RecordBatches.IndexOf(_batches, row);
        body = _bodies.Get(_batches[_lastBatch]);
        index = row - _batches[_lastBatch].RowStart;
        return body.Problem;
    }

    private bool IsNull(BatchBody body, long index)
    {
        for (var level = 0; level < _fields.Length; level++)
        {
            if (IsNull(body, level, index))
                return true;
        }

        return false;
    }

    private string? ReadEntry(BufferView indices, ArrowKind indexKind, long row, out RowValue value)
    {
        value = RowValue.Null;
        var dictionary = _dictionaries[_lastBatch];
        var entry = ReadNumber(indices, indexKind, row);
        var count = dictionary?.Count ?? 0;
        if (entry.Kind != RowValueKind.Integer || entry.Integer < 0 || entry.Integer >= count)
            return $"it points at entry {entry} of a dictionary of {count:N0}";
        var (part, index) = dictionary!.Find(entry.Integer);
        var body = _dictionaryBodies!.Get(part);
        if (body.Problem is not null)
            return body.Problem;
        return IsNull(body, 0, index) ? null : ReadValue(body, 0, _valueField, index, out value);
    }

    private static bool IsNull(BatchBody body, int level, long row) =>
        body.Node(level).NullCount > 0 && !Bits.IsSet(body.View(level, 0).Pointer, row);

    private static string? ReadValue(BatchBody body, int level, ArrowField field, long row, out RowValue value)
    {
        var values = body.View(level, 1);
        if (field.Kind == ArrowKind.FixedSizeBinary)
        {
            value = RowValue.Of(values.Slice(row * field.Size, field.Size));
            return null;
        }

        value = RowValue.Null;
        if (!HasOffsets(field.Kind))
        {
            value = ReadNumber(values, field.Kind, row);
            return null;
        }

        if (FindBytes(body, level, field, row, out var start, out var length) is { } problem)
            return problem;
        var bytes = body.View(level, 2).Slice(start, (int)length);
        if (!field.Kind.IsText())
        {
            value = RowValue.Of(bytes);
            return null;
        }

        try
        {
            value = RowValue.Of(StrictUtf8.GetString(bytes));
            return null;
        }
        catch (DecoderFallbackException)
        {
            return "its text is not UTF-8";
        }
    }

    private static bool HasOffsets(ArrowKind kind) => kind is ArrowKind.Utf8 or ArrowKind.LargeUtf8 or ArrowKind.Binary or ArrowKind.LargeBinary;

    private static string? FindBytes(BatchBody body, int level, ArrowField field, long row, out long start, out long length)
    {
        var offsets = body.View(level, 1);
        var isLarge = field.Kind is ArrowKind.LargeUtf8 or ArrowKind.LargeBinary;
        (start, var end) = isLarge ? (At<long>(offsets, row), At<long>(offsets, row + 1)) : (At<int>(offsets, row), At<int>(offsets, row + 1));
        var contentBytes = body.View(level, 2).Length;
        var isIn = start >= 0 && end >= start && end <= contentBytes && end - start <= Array.MaxLength;
        length = isIn ? end - start : 0;
        return isIn ? null : $"its bytes are at {start:N0} to {end:N0} of {contentBytes:N0}";
    }

    private static RowValue ReadNumber(BufferView values, ArrowKind kind, long row) => kind switch
    {
        ArrowKind.Bool => RowValue.Of(Bits.IsSet(values.Pointer, row)),
        ArrowKind.Int8 => RowValue.Of(At<sbyte>(values, row)),
        ArrowKind.Int16 => RowValue.Of(At<short>(values, row)),
        ArrowKind.Int32 => RowValue.Of(At<int>(values, row)),
        ArrowKind.Int64 => RowValue.Of(At<long>(values, row)),
        ArrowKind.UInt8 => RowValue.Of((long)At<byte>(values, row)),
        ArrowKind.UInt16 => RowValue.Of((long)At<ushort>(values, row)),
        ArrowKind.UInt32 => RowValue.Of((long)At<uint>(values, row)),
        ArrowKind.UInt64 => RowValue.Of(At<ulong>(values, row)),
        ArrowKind.Float16 => RowValue.Of((double)At<Half>(values, row)),
        ArrowKind.Float32 => RowValue.Of((double)At<float>(values, row)),
        ArrowKind.Float64 => RowValue.Of(At<double>(values, row)),
        _ => throw Failure.Internal($"{kind.Name()} was bound as a value."),
    };

    /// <summary>The row lies in the buffer: its length was checked against its record batch.</summary>
    private static T At<T>(BufferView values, long index) where T : unmanaged =>
        Unsafe.ReadUnaligned<T>(values.Pointer + (index * sizeof(T)));
}
