using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MirroredInfluence;

/// <summary>What an id column names a row by: an integer (signed or unsigned, 64 bits), a text or bytes.</summary>
public sealed class RowId : IEquatable<RowId>
{
    private readonly byte[] _bytes;   // integer: 16 bytes, little-endian; text: UTF-8

    private RowId(RowIdKind kind, byte[] bytes)
    {
        Kind = kind;
        _bytes = bytes;
    }

    public RowIdKind Kind { get; }

    /// <summary>The id when <see cref="Kind"/> is an integer.</summary>
    public Int128 Integer => Kind == RowIdKind.Integer
        ? BinaryPrimitives.ReadInt128LittleEndian(_bytes)
        : throw new InvalidOperationException($"The id {this} is no integer.");

    /// <summary>The 64-bit key that makes the row's noise: the integer's bits, else the first 8 bytes of SHA-256 of the id's bytes.</summary>
    public ulong Key => BinaryPrimitives.ReadUInt64LittleEndian(Kind == RowIdKind.Integer ? _bytes : SHA256.HashData(_bytes));

    public static RowId Of(Int128 integer)
    {
        if (integer < long.MinValue || integer > ulong.MaxValue)
            throw new ArgumentOutOfRangeException(nameof(integer), integer, "An id has 64 bits.");
        var bytes = new byte[16];
        BinaryPrimitives.WriteInt128LittleEndian(bytes, integer);
        return new RowId(RowIdKind.Integer, bytes);
    }

    public static RowId Of(string text) => new(RowIdKind.Text, Encoding.UTF8.GetBytes(text));

    public static RowId Of(ReadOnlySpan<byte> binary) => new(RowIdKind.Binary, binary.ToArray());

    /// <summary>The inverse of <see cref="ToBytes"/>.</summary>
    /// <exception cref="MirroredException">Data: these bytes are no id.</exception>
    public static RowId Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty || !Enum.IsDefined((RowIdKind)bytes[0]) || (bytes[0] == (byte)RowIdKind.Integer && bytes.Length != 17))
            throw Failure.Data($"{bytes.Length} bytes do not hold a row id; expected a kind (1, 2 or 3) and a value.");
        return new RowId((RowIdKind)bytes[0], bytes[1..].ToArray());
    }

    /// <summary>The kind in one byte, then the integer (16 bytes, little-endian), the text's UTF-8 or the bytes.</summary>
    public byte[] ToBytes() => [(byte)Kind, .. _bytes];

    /// <summary>The integer in decimal, the text, or the bytes in lower-case hex.</summary>
    public override string ToString() => Kind switch
    {
        RowIdKind.Integer => Integer.ToString(CultureInfo.InvariantCulture),
        RowIdKind.Text => Encoding.UTF8.GetString(_bytes),
        _ => Convert.ToHexStringLower(_bytes),
    };

    public bool Equals(RowId? other) => other is not null && Kind == other.Kind && _bytes.AsSpan().SequenceEqual(other._bytes);

    public override bool Equals(object? obj) => Equals(obj as RowId);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(Kind);
        hash.AddBytes(_bytes);
        return hash.ToHashCode();
    }
}
