using System.Buffers.Binary;
using System.Text;

namespace MirroredInfluence.Arrow;

/// <summary>
/// Describes a FlatBuffers table and lays it out front to back: a vtable, the table, then what it refers to, in slot order.
/// The same description gives the same bytes.
/// </summary>
internal sealed class FlatTableWriter
{
    private readonly SortedDictionary<int, Slot> _slots = [];

    public FlatTableWriter Add(int slot, bool value) => Add(slot, value ? 1 : 0, 1);

    public FlatTableWriter Add(int slot, byte value) => Add(slot, value, 1);

    public FlatTableWriter Add(int slot, short value) => Add(slot, value, 2);

    public FlatTableWriter Add(int slot, int value) => Add(slot, value, 4);

    public FlatTableWriter Add(int slot, long value) => Add(slot, value, 8);

    public FlatTableWriter Add(int slot, string text) => Add(slot, layout => layout.Text(text));

    public FlatTableWriter Add(int slot, FlatTableWriter table) => Add(slot, table.WriteTo);

    public FlatTableWriter Add(int slot, IReadOnlyList<FlatTableWriter> tables) => Add(slot, layout => layout.Tables(tables));

    /// <param name="values">Fields of structs, or numbers, one after the other.</param>
    public FlatTableWriter Add(int slot, ReadOnlySpan<long> values, int valuesPerElement)
    {
        var copy = values.ToArray();
        return Add(slot, layout => layout.Longs(copy, copy.Length / valuesPerElement));
    }

    /// <summary>The table as the root of a buffer, padded to 8 bytes.</summary>
    public byte[] ToBytes()
    {
        var layout = new Layout();
        var root = layout.Reserve(4);
        layout.Patch(root, WriteTo(layout));
        layout.Align(8);
        return layout.ToArray();
    }

    private FlatTableWriter Add(int slot, long value, int bytes)
    {
        _slots.Add(slot, new Slot(bytes, value, null));
        return this;
    }

    private FlatTableWriter Add(int slot, Func<Layout, int> write)
    {
        _slots.Add(slot, new Slot(4, 0, write));
        return this;
    }

    private int WriteTo(Layout layout)
    {
        var slotCount = _slots.Count == 0 ? 0 : _slots.Keys.Max() + 1;
        layout.Align(2);
        var vtable = layout.Reserve(4 + (2 * slotCount));
        layout.Align(8);
        var table = layout.Reserve(4);
        layout.Set(table, table - vtable, 4);
        var places = new Dictionary<int, int>();
        foreach (var (slot, content) in _slots.OrderByDescending(pair => pair.Value.Bytes))
        {
            layout.Align(content.Bytes);
            places[slot] = layout.Reserve(content.Bytes);
            layout.Set(places[slot], content.Value, content.Bytes);
            layout.Set(vtable + 4 + (2 * slot), places[slot] - table, 2);
        }

        layout.Set(vtable, 4 + (2 * slotCount), 2);
        layout.Set(vtable + 2, layout.Length - table, 2);
        foreach (var (slot, content) in _slots)
        {
            if (content.Write is not null)
                layout.Patch(places[slot], content.Write(layout));
        }

        return table;
    }

    private sealed record Slot(int Bytes, long Value, Func<Layout, int>? Write);

    private sealed class Layout
    {
        private readonly List<byte> _bytes = [];

        public int Length => _bytes.Count;

        public byte[] ToArray() => [.. _bytes];

        public void Align(int alignment)
        {
            while (Length % alignment != 0)
                _bytes.Add(0);
        }

        public int Reserve(int count)
        {
            var place = Length;
            _bytes.AddRange(new byte[count]);
            return place;
        }

        public void Set(int place, long value, int count)
        {
            Span<byte> bytes = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
            for (var index = 0; index < count; index++)
                _bytes[place + index] = bytes[index];
        }

        /// <summary>Makes the offset at a place lead to a target behind it.</summary>
        public void Patch(int place, int target) => Set(place, target - place, 4);

        public int Text(string text)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            Align(4);
            var place = Reserve(4);
            Set(place, bytes.Length, 4);
            _bytes.AddRange(bytes);
            _bytes.Add(0);
            return place;
        }

        public int Tables(IReadOnlyList<FlatTableWriter> tables)
        {
            Align(4);
            var place = Reserve(4 + (4 * tables.Count));
            Set(place, tables.Count, 4);
            for (var index = 0; index < tables.Count; index++)
                Patch(place + 4 + (4 * index), tables[index].WriteTo(this));
            return place;
        }

        /// <summary>The elements are aligned to 8 bytes, so their count comes 4 bytes before.</summary>
        public int Longs(ReadOnlySpan<long> values, int elementCount)
        {
            Align(8);
            var place = Reserve(8) + 4;
            Set(place, elementCount, 4);
            foreach (var value in values)
                Set(Reserve(8), value, 8);
            return place;
        }
    }
}
