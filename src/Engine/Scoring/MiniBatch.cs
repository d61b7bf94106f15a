using MirroredInfluence.Arrow;
using MirroredInfluence.Torch;

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
            scan.RowPointers(column).CopyTo(_pointers.AsSpan(column * slotCount));
        for (var slot = 0; slot < Math.Min(_keys.Length, RowCount); slot++)
        {
            if (_reasons[slot] == UnscorableReason.None)
                _keys[slot] = RowKey.Of(file.IdOf(RowStart + slot), fileRowOffset + RowStart + slot);
        }

        FillUp(first);
        return true;
    }

    /// <summary>The mini-batch, for messages.</summary>
    public string Where(BoundFile file) => $"{file.File.Path}: rows {RowStart} to {RowStart + RowCount - 1}";

    /// <summary>Makes this the lane's current mini-batch.</summary>
    public void Load(Lane lane) => lane.Load(_pointers, slotCount, _keys);

    /// <summary>The same with the row of slot <paramref name="slotOf"/>(slot) in each slot.</summary>
    public void Load(Lane lane, Func<int, int> slotOf)
    {
        int[] slots = [.. Enumerable.Range(0, slotCount).Select(slotOf)];
        nint[] pointers = [.. Enumerable.Range(0, columnCount).SelectMany(column => slots.Select(slot => _pointers[(column * slotCount) + slot]))];
        lane.Load(pointers, slotCount, _keys.Length == 0 ? [] : [.. slots.Select(slot => _keys[slot])]);
    }

    /// <summary>Takes rows out as if they could not be read.</summary>
    /// <returns>False when no row is left.</returns>
    public bool Exclude(IEnumerable<int> slots, UnscorableReason reason)
    {
        foreach (var slot in slots)
            _reasons[slot] = reason;

        var first = _reasons.AsSpan().IndexOf(UnscorableReason.None);
        if (first < 0)
            return false;

        FillUp(first);
        return true;
    }

    /// <summary>Points the slots without a row at a slot with one.</summary>
    private void FillUp(int first)
    {
        for (var slot = 0; slot < slotCount; slot++)
        {
            if (_reasons[slot] == UnscorableReason.None)
                continue;

            for (var column = 0; column < columnCount; column++)
                _pointers[(column * slotCount) + slot] = _pointers[(column * slotCount) + first];
            if (_keys.Length > 0)
                _keys[slot] = _keys[first];
        }
    }
}
