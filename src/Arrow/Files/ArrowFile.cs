using System.Collections.Immutable;

namespace MirroredInfluence.Arrow;

/// <summary>One Arrow IPC file or stream, mapped. Safe for concurrent scans.</summary>
public sealed class ArrowFile : IDisposable
{
    private ArrowFile()
    {
    }

    /// <summary>The path, or the name given to <see cref="Parse"/>.</summary>
    public string Path => throw new NotSupportedException();

    public ArrowFormat Format => throw new NotSupportedException();

    public ArrowSchema Schema => throw new NotSupportedException();

    public long RowCount => throw new NotSupportedException();

    public IReadOnlyList<RecordBatchInfo> RecordBatches => throw new NotSupportedException();

    /// <summary>Maps a local file and checks its schema, its footer and every message header.</summary>
    /// <exception cref="MirroredException">Invalid: no such file. Data: not Arrow IPC, truncated, or malformed.</exception>
    public static ArrowFile Open(string path) => throw new NotSupportedException();

    /// <summary>The same over bytes in memory, which must not change while the file is in use.</summary>
    /// <param name="name">What messages call it.</param>
    public static ArrowFile Parse(ReadOnlyMemory<byte> bytes, string name) => throw new NotSupportedException();

    /// <summary>What the column itself says about the tensors in its rows, or null and why it cannot hold any.</summary>
    public TensorLayout? TryGetTensorLayout(string columnPath, out string problem) => throw new NotSupportedException();

    /// <param name="storedDtype">Element type of raw bytes; null, or the column's own, for a typed column.</param>
    /// <param name="shape">A row's shape; null takes the column's own.</param>
    /// <exception cref="MirroredException">Invalid: no such column, or it cannot hold such tensors.</exception>
    public ColumnBinding BindTensor(string columnPath, ElementType? storedDtype, ImmutableArray<int>? shape) => throw new NotSupportedException();

    /// <exception cref="MirroredException">Invalid: no such column, or its type has no values to show.</exception>
    public ValueColumn BindValue(string columnPath) => throw new NotSupportedException();

    /// <summary>Copies a typed column without nulls, all rows, C order.</summary>
    public T[] ReadColumn<T>(string columnPath) where T : unmanaged => throw new NotSupportedException();

    /// <summary>Copies rows [rowStart, rowStart + n) of a typed column without nulls; n rows fill the destination.</summary>
    public void ReadRows<T>(string columnPath, long rowStart, Span<T> destination) where T : unmanaged => throw new NotSupportedException();

    /// <summary>Copies a text column; a null row is null.</summary>
    public string?[] ReadTexts(string columnPath) => throw new NotSupportedException();

    public void Dispose() => throw new NotSupportedException();
}
