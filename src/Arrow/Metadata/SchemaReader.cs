using System.Collections.Immutable;

namespace MirroredInfluence.Arrow;

/// <summary>Schema.fbs → <see cref="ArrowSchema"/>. Field slots are numbered as there.</summary>
internal static class SchemaReader
{
    private const int DepthMax = 64;

    public static ArrowSchema Read(FlatTable schema)
    {
        if (schema.Int16(0) != 0)
        {
            throw Failure.Data(
                $"{schema.Buffer.Where}: the file is big-endian; only little-endian "
                + "Arrow is read. Write it again on a little-endian machine.");
        }

        return new ArrowSchema(ReadFields(schema.Vector(1, 4), depth: 1), ReadMetadata(schema, 2));
    }

    private static ImmutableArray<ArrowField> ReadFields(FlatVector fields, int depth)
    {
        var read = ImmutableArray.CreateBuilder<ArrowField>(fields.Count);
        for (var fieldIndex = 0; fieldIndex < fields.Count; fieldIndex++)
            read.Add(ReadField(fields.Table(fieldIndex), depth));
        return read.MoveToImmutable();
    }

    private static ArrowField ReadField(FlatTable field, int depth)
    {
        var name = field.Text(0) ?? "";
        if (depth > DepthMax)
            throw Failure.Data($"{field.Buffer.Where}: column '{name}' is nested deeper than {DepthMax} levels.");
        var (kind, size) = ReadType(field, name);
        var children = ReadFields(field.Vector(5, 4), depth + 1);
        RequireChildren(field.Buffer, name, kind, children.Length);
        var dictionary = field.Table(4);
        return new ArrowField
        {
            Name = name,
            Kind = kind,
            Size = size,
            Nullable = field.Bool(1),
            Children = children,
            Metadata = ReadMetadata(field, 6),
            DictionaryIndexKind = dictionary is { } encoding ? ReadIndexKind(encoding, name) : null,
            DictionaryId = dictionary?.Int64(0) ?? 0,
        };
    }

    private static (ArrowKind Kind, int Size) ReadType(FlatTable field, string name)
    {
        var code = field.UInt8(2);
        var type = field.Table(3) ?? throw field.Buffer.Malformed($"column '{name}' has no type");
        return code switch
        {
            1 => (ArrowKind.Null, 0),
            2 => (ReadInt(type, name), 0),
            3 => (ReadFloat(type, name), 0),
            4 => (ArrowKind.Binary, 0),
            5 => (ArrowKind.Utf8, 0),
            6 => (ArrowKind.Bool, 0),
            7 => (ArrowKind.Decimal, Width(type, name, type.Int32(2, absent: 128), 32, 64, 128, 256)),
            8 => (ArrowKind.Date, type.Int16(0, absent: 1) == 0 ? 32 : 64),
            9 => (ArrowKind.Time, Width(type, name, type.Int32(1, absent: 32), 32, 64)),
            10 => (ArrowKind.Timestamp, 64),
            11 => (ArrowKind.Interval, ReadIntervalWidth(type, name)),
            12 => (ArrowKind.List, 0),
            13 => (ArrowKind.Struct, 0),
            14 => (type.Int16(0) == 0 ? ArrowKind.SparseUnion : ArrowKind.DenseUnion, 0),
            15 => (ArrowKind.FixedSizeBinary, ReadSize(type, name)),
            16 => (ArrowKind.FixedSizeList, ReadSize(type, name)),
            17 => (ArrowKind.Map, 0),
            18 => (ArrowKind.Duration, 64),
            19 => (ArrowKind.LargeBinary, 0),
            20 => (ArrowKind.LargeUtf8, 0),
            21 => (ArrowKind.LargeList, 0),
            22 => (ArrowKind.RunEndEncoded, 0),
            23 => (ArrowKind.BinaryView, 0),
            24 => (ArrowKind.Utf8View, 0),
            25 => (ArrowKind.ListView, 0),
            26 => (ArrowKind.LargeListView, 0),
            _ => throw Failure.Data($"{field.Buffer.Where}: column '{name}' has type code {code}; this reader knows 1 to 26."),
        };
    }

    private static ArrowKind ReadInt(FlatTable type, string name) => (type.Int32(0), type.Bool(1)) switch
    {
        (8, true) => ArrowKind.Int8,
        (16, true) => ArrowKind.Int16,
        (32, true) => ArrowKind.Int32,
        (64, true) => ArrowKind.Int64,
        (8, false) => ArrowKind.UInt8,
        (16, false) => ArrowKind.UInt16,
        (32, false) => ArrowKind.UInt32,
        (64, false) => ArrowKind.UInt64,
        var (bits, _) => throw type.Buffer.Malformed($"column '{name}' is an integer of {bits} bits"),
    };

    private static ArrowKind ReadFloat(FlatTable type, string name) => type.Int16(0) switch
    {
        0 => ArrowKind.Float16,
        1 => ArrowKind.Float32,
        2 => ArrowKind.Float64,
        var precision => throw type.Buffer.Malformed($"column '{name}' is a float of precision {precision}"),
    };

    private static int ReadIntervalWidth(FlatTable type, string name) => type.Int16(0) switch
    {
        0 => 32,
        1 => 64,
        2 => 128,
        var unit => throw type.Buffer.Malformed($"column '{name}' is an interval of unit {unit}"),
    };

    private static int ReadSize(FlatTable type, string name)
    {
        var size = type.Int32(0);
        return size >= 0 ? size : throw type.Buffer.Malformed($"column '{name}' has a fixed size of {size}");
    }

    private static int Width(FlatTable type, string name, int bits, params ReadOnlySpan<int> known) =>
        known.Contains(bits) ? bits : throw type.Buffer.Malformed($"column '{name}' is {bits} bits wide");

    private static ArrowKind ReadIndexKind(FlatTable encoding, string name) =>
        encoding.Table(1) is { } type ? ReadInt(type, name) : ArrowKind.Int32;

    private static void RequireChildren(FlatBuffer buffer, string name, ArrowKind kind, int childCount)
    {
        int? expected = kind switch
        {
            ArrowKind.Struct or ArrowKind.SparseUnion or ArrowKind.DenseUnion => null,
            ArrowKind.RunEndEncoded => 2,
            ArrowKind.List or ArrowKind.LargeList or ArrowKind.FixedSizeList => 1,
            ArrowKind.Map or ArrowKind.ListView or ArrowKind.LargeListView => 1,
            _ => 0,
        };
        if (expected is { } count && childCount != count)
            throw buffer.Malformed($"column '{name}' ({kind.Name()}) has {childCount} children, not {count}");
    }

    private static ImmutableDictionary<string, string> ReadMetadata(FlatTable table, int slot)
    {
        var pairs = table.Vector(slot, 4);
        var read = ImmutableDictionary.CreateBuilder<string, string>();
        for (var pairIndex = 0; pairIndex < pairs.Count; pairIndex++)
        {
            var pair = pairs.Table(pairIndex);
            read[pair.Text(0) ?? ""] = pair.Text(1) ?? "";
        }

        return read.ToImmutable();
    }
}
