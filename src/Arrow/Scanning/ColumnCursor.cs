using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MirroredInfluence.Arrow;

/// <summary>
/// Turns rows of one bound column into addresses. A row is a range of elements that is followed through the column's levels (structs,
/// lists, the leaf); without nulls and with fixed sizes only, that is a base and a stride.
/// </summary>
internal sealed unsafe class ColumnCursor
{
    private readonly Level[] _levels;
    private readonly int _firstField;      // of this column in the scan's list of fields
    private readonly int _rowBytes;
    private readonly int _expandedBytes;
    private byte[] _expanded = [];         // pinned; a mini-batch of bools, one byte each; made when there is one
    private byte* _fixedBase;              // null: rows are followed one by one

    public ColumnCursor(ColumnBinding binding, int firstField, int miniBatchRows)
    {
        _firstField = firstField;
        _rowBytes = binding.RowBytes;
        Fields = FieldsOf(binding.Column);
        _levels = new Level[Fields.Length];
        var firstList = Fields.Length - 1 - binding.ListLengths.Length;
        for (var level = 0; level < Fields.Length; level++)
        {
            _levels[level].Kind = Fields[level].Field.Kind;
            if (level >= firstList && level < Fields.Length - 1)
                _levels[level].ListLength = binding.ListLengths[level - firstList];
        }

        if (Leaf.Kind != ArrowKind.Bool)
            return;
        if ((long)miniBatchRows * _rowBytes > Array.MaxLength)
        {
            throw Failure.Invalid(
                $"Column '{binding.ColumnPath}': a mini-batch of {miniBatchRows:N0} rows "
                + $"of {_rowBytes:N0} bools exceeds 2 GiB; make it smaller.");
        }

        _expandedBytes = miniBatchRows * _rowBytes;
    }

    /// <inheritdoc cref="FieldsOf"/>
    public FieldLayout[] Fields { get; }

    private ref Level Leaf => ref _levels[^1];

    /// <summary>From the root to the leaf.</summary>
    public static FieldLayout[] FieldsOf(TensorColumn column) =>
        column.Lists.IsEmpty ? [.. column.Path.Fields] : [.. column.Path.Fields, .. column.Lists.Skip(1), column.Leaf];

    /// <summary>Rows of this record batch are next. Its body was decoded.</summary>
    public void Enter(BatchBody body)
    {
        var isFixed = Leaf.Kind is not (ArrowKind.Bool or ArrowKind.Binary or ArrowKind.LargeBinary);
        for (var levelIndex = 0; levelIndex < _levels.Length; levelIndex++)
        {
            ref var level = ref _levels[levelIndex];
            var field = _firstField + levelIndex;
            var node = body.Node(field);
            level.Validity = node.NullCount == 0 ? null : body.View(field, 0).Pointer;
            isFixed &= level.Validity is null && level.Kind is not (ArrowKind.List or ArrowKind.LargeList);
            if (level.Kind is ArrowKind.Struct or ArrowKind.FixedSizeList)
                continue;
            level.Values = body.View(field, 1);
            level.Trail.Start(level.Values);
            if (level.Kind is ArrowKind.Binary or ArrowKind.LargeBinary)
            {
                level.Content = body.View(field, 2);
                level.ContentTrail.Start(level.Content);
                level.ReachedCount = level.Content.Length;
            }
            else if (level.Kind.IsList())
            {
                level.ReachedCount = body.Node(field + 1).Length;
            }
        }

        _fixedBase = isFixed ? Leaf.Values.Pointer : null;
        if (_expanded.Length < _expandedBytes)
            _expanded = GC.AllocateUninitializedArray<byte>(_expandedBytes, pinned: true);
    }

    /// <param name="row">First row, 0-based within the record batch.</param>
    /// <param name="slot">Place of the first row in the mini-batch.</param>
    /// <param name="pointers">Destination, a slot for each row of the mini-batch.</param>
    /// <param name="reasons">Set where a row cannot be scored and was not yet known to be so.</param>
    /// <returns>True when every row can be scored.</returns>
    public bool Point(long row, int count, int slot, nint[] pointers, UnscorableReason[] reasons)
    {
        if (_fixedBase is not null)
        {
            var first = _fixedBase + (row * _rowBytes);
            for (var index = 0; index < count; index++)
                pointers[slot + index] = (nint)(first + ((long)index * _rowBytes));
            Leaf.Trail.Position = first;
            return true;
        }

        var allScorable = true;
        for (var index = 0; index < count; index++)
        {
            var reason = PointOne(row + index, slot + index, out pointers[slot + index]);
            if (reason == UnscorableReason.None)
                continue;
            allScorable = false;
            if (reasons[slot + index] == UnscorableReason.None)
                reasons[slot + index] = reason;
        }

        return allScorable;
    }

    /// <summary>Called between mini-batches of one mapped record batch.</summary>
    public void FollowPages(MappedFile file)
    {
        foreach (ref var level in _levels.AsSpan())
        {
            level.Trail.Follow(file);
            level.ContentTrail.Follow(file);
        }
    }

    private UnscorableReason PointOne(long row, int slot, out nint pointer)
    {
        pointer = 0;
        var start = row;
        var count = 1L;
        foreach (ref var level in _levels.AsSpan())
        {
            if (level.Validity is not null && !Bits.AreAllSet(level.Validity, start, count))
                return UnscorableReason.Null;
            switch (level.Kind)
            {
                case ArrowKind.Struct:
                    break;
                case ArrowKind.FixedSizeList:
                    start *= level.ListLength;
                    count *= level.ListLength;
                    break;
                case ArrowKind.List or ArrowKind.LargeList:
                    var reason = FollowLists(ref level, ref start, count);
                    if (reason != UnscorableReason.None)
                        return reason;
                    count *= level.ListLength;
                    break;
                case ArrowKind.Binary or ArrowKind.LargeBinary:
                    return PointAtBytes(ref level, start, out pointer);
                case ArrowKind.Bool:
                    level.Trail.Position = level.Values.Pointer + (start >> 3);
                    var bytes = _expanded.AsSpan(slot * _rowBytes, _rowBytes);
                    Bits.Expand(level.Values.Pointer, start, bytes);
                    pointer = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(bytes));
                    break;
                default:
                    level.Trail.Position = level.Values.Pointer + (start * (_rowBytes / count));
                    pointer = (nint)level.Trail.Position;
                    break;
            }
        }

        return UnscorableReason.None;
    }

    /// <summary>Lists [start, start + count) → the elements they hold, when each holds as many as the shape needs.</summary>
    private static UnscorableReason FollowLists(ref Level level, ref long start, long count)
    {
        level.Trail.Position = level.OffsetAddress(start);
        var first = level.Offset(start);
        var previous = first;
        for (var list = start; list < start + count; list++)
        {
            var end = level.Offset(list + 1);
            if (previous < 0 || end < previous || end > level.ReachedCount)
                return UnscorableReason.CorruptRecordBatch;
            if (end - previous != level.ListLength)
                return UnscorableReason.WrongLength;
            previous = end;
        }

        start = first;
        return UnscorableReason.None;
    }

    private UnscorableReason PointAtBytes(ref Level level, long row, out nint pointer)
    {
        pointer = 0;
        level.Trail.Position = level.OffsetAddress(row);
        var (start, end) = (level.Offset(row), level.Offset(row + 1));
        if (start < 0 || end < start || end > level.ReachedCount)
            return UnscorableReason.CorruptRecordBatch;
        if (end - start != _rowBytes)
            return UnscorableReason.WrongLength;
        level.ContentTrail.Position = level.Content.Pointer + start;
        pointer = (nint)level.ContentTrail.Position;
        return UnscorableReason.None;
    }

    /// <summary>One field on the way from the row to its elements.</summary>
    private struct Level
    {
        public ArrowKind Kind;
        public int ListLength;             // elements each list must hold
        public byte* Validity;             // null: no nulls
        public BufferView Values;          // offsets of lists and binary values; else the elements
        public BufferView Content;         // bytes of binary values
        public long ReachedCount;          // elements, or bytes, that offsets may lead to
        public PageTrail Trail;
        public PageTrail ContentTrail;

        private readonly bool HasLongOffsets => Kind is ArrowKind.LargeList or ArrowKind.LargeBinary;

        public readonly byte* OffsetAddress(long index) => Values.Pointer + (index * (HasLongOffsets ? 8 : 4));

        public readonly long Offset(long index) => HasLongOffsets
            ? Unsafe.ReadUnaligned<long>(OffsetAddress(index))
            : Unsafe.ReadUnaligned<int>(OffsetAddress(index));
    }
}
