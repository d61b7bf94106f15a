using MirroredInfluence.Arrow;

namespace MirroredInfluence.Engine;

/// <summary>
/// The rows that go through the model together: always exactly <see cref="SlotCount"/> of them. Slots of rows that cannot be read, and
/// those past the end of the file, point at the first row that can (docs/decisions/0002).
/// </summary>
internal sealed class MiniBatch(int columnCount, int slotCount, bool needsRowKeys)
{
    private readonly nint[] _pointers = new nint[columnCount * slotCount];
    private readonly ulong[] _keys = new ulong[needsRowKeys ? slotCount : 0];
    private readonly UnscorableReason[] _reasons = new UnscorableReason[slotCount];

    public int SlotCount => slotCount;

    /// <summary>Rows of the file in this mini-batch: the first slots.</summary>
    public int RowCount { get; private set; }

    /// <summary>First row, 0-based within the file.</summary>
    public long RowStart { get; private set; }

    /// <summary>Shape [columns, slots].</summary>
    public ReadOnlySpan<nint> Pointers => _pointers;

    /// <summary>Shape [slots], or empty when no argument needs them.</summary>
    public ReadOnlySpan<ulong> Keys => _keys;

    /// <summary>Shape [slots]. A slot past the end of the file has a reason too, so that it is passed over.</summary>
    public ReadOnlySpan<UnscorableReason> Reasons => _reasons;

    /// <summary>Takes the scan's current mini-batch.</summary>
    /// <param name="fileRowOffset">Training rows in the files before this one.</param>
    /// <returns>False when no row of it can be read.</returns>
    public bool Fill(RowScan scan, BoundFile file, long fileRowOffset)
    {
        (RowStart, RowCount) = (scan.RowStart, scan.RowCount);
        scan.Reasons.CopyTo(_reasons);
        _reasons.AsSpan(RowCount).Fill(UnscorableReason.Null);
        var first = _reasons.AsSpan().IndexOf(UnscorableReason.None);
        if (first < 0)
            return false;

        for (var column = 0; column < columnCount; column++)
        {
            var pointers = scan.RowPointers(column);
            var slots = _pointers.AsSpan(column * slotCount, slotCount);
            for (var slot = 0; slot < slotCount; slot++)
                slots[slot] = pointers[_reasons[slot] == UnscorableReason.None ? slot : first];
        }

        for (var slot = 0; slot < _keys.Length; slot++)
        {
            var row = RowStart + (_reasons[slot] == UnscorableReason.None ? slot : first);
            _keys[slot] = RowKey.Of(file.IdOf(row), fileRowOffset + row);
        }

        return true;
    }
}
