using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace MirroredInfluence.Arrow.Tests;

/// <summary>A column's values as nodes and buffers, of any type, sane or not.</summary>
internal sealed record TestArray(ArrowField Field, long Length, bool[]? Validity, byte[][] Buffers, params TestArray[] Children)
{
    /// <summary>False for types without a validity buffer (unions, run ends).</summary>
    public bool HasValidity { get; init; } = true;

    public static TestArray Numbers<T>(string name, IReadOnlyList<T> values, bool[]? validity = null) where T : unmanaged
    {
        var kind = Elements.Of<T>().Kind();
        var bytes = kind == ArrowKind.Bool
            ? Pack([.. values.Select(value => (bool)(object)value)])
            : MemoryMarshal.AsBytes(values.ToArray().AsSpan()).ToArray();
        return new TestArray(FieldOf(name, kind), values.Count, validity, [bytes]);
    }

    /// <param name="values">Null is a null row.</param>
    public static TestArray Binary(string name, IReadOnlyList<byte[]?> values, ArrowKind kind = ArrowKind.Binary)
    {
        var isLarge = kind is ArrowKind.LargeBinary or ArrowKind.LargeUtf8;
        byte[] content = [.. values.SelectMany(value => value ?? [])];
        return new TestArray(
            FieldOf(name, kind),
            values.Count,
            ValidityOf(values),
            [Offsets(values.Select(value => value?.Length ?? 0), isLarge), content]);
    }

    public static TestArray Text(string name, IReadOnlyList<string?> values, ArrowKind kind = ArrowKind.Utf8) =>
        Binary(name, [.. values.Select(value => value is null ? null : Encoding.UTF8.GetBytes(value))], kind);

    public static TestArray FixedBinary(string name, int size, IReadOnlyList<byte[]?> values) => new(
        FieldOf(name, ArrowKind.FixedSizeBinary) with { Size = size },
        values.Count,
        ValidityOf(values),
        [[.. values.SelectMany(value => value ?? new byte[size])]]);

    public static TestArray List(string name, IReadOnlyList<int> lengths, TestArray item, bool[]? validity = null, bool isLarge = false) => new(
        FieldOf(name, isLarge ? ArrowKind.LargeList : ArrowKind.List) with { Children = [item.Field] },
        lengths.Count,
        validity,
        [Offsets(lengths, isLarge)],
        item);

    public static TestArray FixedList(string name, int size, TestArray item, bool[]? validity = null) => new(
        FieldOf(name, ArrowKind.FixedSizeList) with { Size = size, Children = [item.Field] },
        size == 0 ? 0 : item.Length / size,
        validity,
        [],
        item);

    public static TestArray Struct(string name, bool[]? validity, params TestArray[] children) => new(
        FieldOf(name, ArrowKind.Struct) with { Children = [.. children.Select(child => child.Field)] },
        children[0].Length,
        validity,
        [],
        children);

    /// <param name="values">Gives the type of the dictionary's values.</param>
    public static TestArray Dictionary<T>(string name, long id, ArrowField values, IReadOnlyList<T> indices, bool[]? validity = null) where T : unmanaged =>
        Numbers(name, indices, validity) with
        {
            Field = values with { Name = name, DictionaryId = id, DictionaryIndexKind = Elements.Of<T>().Kind() },
        };

    public TestArray With(params (string Key, string Value)[] metadata) => this with
    {
        Field = Field with { Metadata = metadata.ToImmutableDictionary(pair => pair.Key, pair => pair.Value) },
    };

    public void Collect(List<FieldNode> nodes, List<ReadOnlyMemory<byte>> buffers)
    {
        nodes.Add(new FieldNode(Length, Validity?.Count(valid => !valid) ?? 0));
        if (HasValidity)
            buffers.Add(Validity is null ? [] : Pack(Validity));
        buffers.AddRange(Buffers.Select(buffer => (ReadOnlyMemory<byte>)buffer));
        foreach (var child in Children)
            child.Collect(nodes, buffers);
    }

    public static byte[] Offsets(IEnumerable<int> lengths, bool isLarge)
    {
        var end = 0L;
        var bytes = new List<byte>(new byte[isLarge ? 8 : 4]);
        Span<byte> offset = stackalloc byte[8];
        foreach (var length in lengths)
        {
            end += length;
            BinaryPrimitives.WriteInt64LittleEndian(offset, end);
            bytes.AddRange(offset[..(isLarge ? 8 : 4)]);
        }

        return [.. bytes];
    }

    private static byte[] Pack(bool[] bits)
    {
        var bytes = new byte[(bits.Length + 7) / 8];
        for (var index = 0; index < bits.Length; index++)
            bytes[index / 8] |= (byte)(bits[index] ? 1 << (index % 8) : 0);
        return bytes;
    }

    private static bool[]? ValidityOf(IReadOnlyList<byte[]?> values) =>
        values.Any(value => value is null) ? [.. values.Select(value => value is not null)] : null;

    private static ArrowField FieldOf(string name, ArrowKind kind) => new() { Name = name, Kind = kind, Nullable = true };
}
