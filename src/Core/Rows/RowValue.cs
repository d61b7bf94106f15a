using System.Globalization;

namespace MirroredInfluence;

/// <summary>
/// What an id, a group or a caption is in one row. Equal when kind and content are equal, so it can key a dictionary:
/// the integer 7 is the same value whether it was stored as int8 or uint64, the text "7" is another.
/// </summary>
public readonly struct RowValue : IEquatable<RowValue>
{
    private readonly long _bits;
    private readonly object? _content;

    private RowValue(RowValueKind kind, long bits, object? content)
    {
        Kind = kind;
        _bits = bits;
        _content = content;
    }

    public static RowValue Null => default;

    public RowValueKind Kind { get; }

    public bool IsNull => Kind == RowValueKind.Null;

    public long Integer => Kind == RowValueKind.Integer ? _bits : throw Mismatch(RowValueKind.Integer);

    public ulong Unsigned => Kind switch
    {
        RowValueKind.Unsigned => (ulong)_bits,
        RowValueKind.Integer when _bits >= 0 => (ulong)_bits,
        _ => throw Mismatch(RowValueKind.Unsigned),
    };

    public double Real => Kind == RowValueKind.Real ? BitConverter.Int64BitsToDouble(_bits) : throw Mismatch(RowValueKind.Real);

    public bool Boolean => Kind == RowValueKind.Boolean ? _bits != 0 : throw Mismatch(RowValueKind.Boolean);

    public string Text => _content as string ?? throw Mismatch(RowValueKind.Text);

    public ReadOnlySpan<byte> Bytes => _content as byte[] ?? throw Mismatch(RowValueKind.Bytes);

    public static RowValue Of(long value) => new(RowValueKind.Integer, value, null);

    public static RowValue Of(ulong value) =>
        value <= long.MaxValue ? Of((long)value) : new(RowValueKind.Unsigned, (long)value, null);

    public static RowValue Of(double value) => new(RowValueKind.Real, BitConverter.DoubleToInt64Bits(value), null);

    public static RowValue Of(bool value) => new(RowValueKind.Boolean, value ? 1 : 0, null);

    public static RowValue Of(string value) => new(RowValueKind.Text, 0, value);

    public static RowValue Of(ReadOnlySpan<byte> value) => new(RowValueKind.Bytes, 0, value.ToArray());

    public static bool operator ==(RowValue left, RowValue right) => left.Equals(right);

    public static bool operator !=(RowValue left, RowValue right) => !left.Equals(right);

    public bool Equals(RowValue other) =>
        Kind == other.Kind
        && _bits == other._bits
        && (Kind == RowValueKind.Bytes ? Bytes.SequenceEqual(other.Bytes) : Equals(_content, other._content));

    public override bool Equals(object? obj) => obj is RowValue other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Kind);
        hash.Add(_bits);
        if (Kind == RowValueKind.Bytes)
            hash.AddBytes(Bytes);
        else
            hash.Add(_content);
        return hash.ToHashCode();
    }

    /// <summary>For people: bytes as lower-case hex, null as "null".</summary>
    public override string ToString() => Kind switch
    {
        RowValueKind.Null => "null",
        RowValueKind.Integer => _bits.ToString(CultureInfo.InvariantCulture),
        RowValueKind.Unsigned => ((ulong)_bits).ToString(CultureInfo.InvariantCulture),
        RowValueKind.Real => Real.ToString("R", CultureInfo.InvariantCulture),
        RowValueKind.Boolean => Boolean ? "true" : "false",
        RowValueKind.Text => Text,
        _ => Convert.ToHexStringLower(Bytes),
    };

    private InvalidOperationException Mismatch(RowValueKind asked) => new($"The value is {Kind}, not {asked}.");
}
