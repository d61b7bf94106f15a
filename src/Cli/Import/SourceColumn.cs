using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace MirroredInfluence.Cli.Import;

/// <summary>One column of a source, and its value in the row that was read last.</summary>
internal sealed class SourceColumn(string name, ElementType? dtype, ImmutableArray<int> shape, bool isNullable = false)
{
    private byte[] _value = [];
    private int _valueBytes;

    public string Name { get; } = name;

    /// <summary>Null for text.</summary>
    public ElementType? Dtype { get; } = dtype;

    /// <summary>A row's shape; empty for a scalar or text.</summary>
    public ImmutableArray<int> Shape { get; } = shape;

    public bool IsNullable { get; } = isNullable;

    /// <summary>Names of the columns that were packed into this one, in order; empty when none were.</summary>
    public ImmutableArray<string> Packed { get; init; } = [];

    public bool IsNull { get; private set; }

    /// <summary>Little-endian elements in C order, or UTF-8 text.</summary>
    public ReadOnlySpan<byte> Value => _value.AsSpan(0, _valueBytes);

    public bool IsIntegerScalar => Dtype is { } type && Shape.IsEmpty && !type.IsFloat() && type is not ElementType.Bool;

    public void SetNull()
    {
        IsNull = true;
        _valueBytes = 0;
    }

    /// <summary>Room for the next value of this many bytes; the caller fills all of it.</summary>
    public Span<byte> SetValue(int bytes)
    {
        if (_value.Length < bytes)
            _value = new byte[bytes];
        IsNull = false;
        _valueBytes = bytes;
        return _value.AsSpan(0, bytes);
    }

    public void SetValue(ReadOnlySpan<byte> bytes) => bytes.CopyTo(SetValue(bytes.Length));

    /// <summary>The value of a scalar or text as text; nothing for null.</summary>
    public string FormatValue()
    {
        if (IsNull)
            return "";
        return Dtype switch
        {
            null => Encoding.UTF8.GetString(Value),
            ElementType.Bool => Value[0] != 0 ? "true" : "false",
            ElementType.Int8 => Format<sbyte>(),
            ElementType.Int16 => Format<short>(),
            ElementType.Int32 => Format<int>(),
            ElementType.Int64 => Format<long>(),
            ElementType.UInt8 => Format<byte>(),
            ElementType.UInt16 => Format<ushort>(),
            ElementType.UInt32 => Format<uint>(),
            ElementType.UInt64 => Format<ulong>(),
            ElementType.Float16 => Format<Half>(),
            ElementType.Float32 => Format<float>(),
            ElementType.Float64 => Format<double>(),
            _ => throw Failure.Internal($"column '{Name}' has element type {Dtype}."),
        };
    }

    private string Format<T>() where T : unmanaged, IFormattable => MemoryMarshal.Read<T>(Value).ToString(null, CultureInfo.InvariantCulture);
}
