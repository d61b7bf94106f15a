using System.Text;
using MirroredInfluence.Arrow;

namespace MirroredInfluence.Cli.Import;

/// <summary>Writes rows of an <see cref="ImportTable"/> to one Arrow file, record batch by record batch.</summary>
internal sealed class ShardWriter
{
    /// <summary>A record batch is cut early rather than grow over this.</summary>
    private const long RecordBatchBytesMax = 64 << 20;

    private readonly IReadOnlyList<SourceColumn> _columns;
    private readonly ColumnWriter[] _writers;   // shape [column]
    private readonly ArrowWriter _arrow;
    private readonly int _recordBatchRows;
    private int _pendingRows;
    private long _pendingBytes;

    public ShardWriter(Stream destination, ImportTable table, ImportOptions options)
    {
        _columns = table.Columns;
        _writers = [.. _columns.Select(CreateWriter)];
        _arrow = new ArrowWriter(destination, _writers, options.Format, options.Compression);
        _recordBatchRows = options.RecordBatchRows;
    }

    /// <summary>Adds the table's current row.</summary>
    public void AddRow()
    {
        for (var i = 0; i < _columns.Count; i++)
        {
            Append(_columns[i], _writers[i]);
            _pendingBytes += _columns[i].Value.Length;
        }

        if (++_pendingRows < _recordBatchRows && _pendingBytes < RecordBatchBytesMax)
            return;
        _arrow.WriteBatch();
        (_pendingRows, _pendingBytes) = (0, 0);
    }

    public void Complete() => _arrow.Complete();

    private static ColumnWriter CreateWriter(SourceColumn column) => column.Dtype is { } dtype
        ? new TensorColumnWriter(column.Name, dtype, column.Shape.AsSpan(), column.IsNullable)
        : new TextColumnWriter(column.Name);

    private static void Append(SourceColumn column, ColumnWriter writer)
    {
        if (column.IsNull)
            writer.AppendNull();
        else if (writer is TextColumnWriter text)
            text.Append(Encoding.UTF8.GetString(column.Value));
        else
            ((TensorColumnWriter)writer).AppendRaw(column.Value);
    }
}
