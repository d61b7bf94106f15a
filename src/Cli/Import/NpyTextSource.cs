using System.Runtime.InteropServices;
using System.Text;

namespace MirroredInfluence.Cli.Import;

/// <summary>numpy's fixed-width strings as text: rows of UTF-32 code points or of bytes, padded with zeros.</summary>
internal sealed class NpyTextSource(TensorSource padded, string columnName) : RowSource
{
    private readonly SourceColumn _text = new(columnName, dtype: null, []);
    private long _rowIndex;

    public override string Name => padded.Name;

    public override IReadOnlyList<SourceColumn> Columns => [_text];

    public override long RowCount => padded.RowCount;

    public override void ReadRow()
    {
        padded.ReadRow();
        var column = padded.Columns[0];
        if (column.Dtype is ElementType.UInt32)
            SetFromCodePoints(MemoryMarshal.Cast<byte, uint>(column.Value).TrimEnd(0u));
        else
            SetFromBytes(column.Value.TrimEnd((byte)0));
        _rowIndex++;
    }

    public override void SkipRows(long rowCount)
    {
        padded.SkipRows(rowCount);
        _rowIndex += rowCount;
    }

    private void SetFromCodePoints(ReadOnlySpan<uint> codePoints)
    {
        var value = new byte[codePoints.Length * 4];
        var bytes = 0;
        foreach (var codePoint in codePoints)
        {
            if (!Rune.TryCreate(codePoint, out var rune))
                throw Failure.Data($"{Name}: row {_rowIndex:N0} holds 0x{codePoint:x}, which is not a Unicode character.");
            bytes += rune.EncodeToUtf8(value.AsSpan(bytes));
        }

        _text.SetValue(value.AsSpan(0, bytes));
    }

    private void SetFromBytes(ReadOnlySpan<byte> bytes)
    {
        if (!System.Text.Unicode.Utf8.IsValid(bytes))
            throw Failure.Data($"{Name}: row {_rowIndex:N0} is not UTF-8 text.");
        _text.SetValue(bytes);
    }
}
