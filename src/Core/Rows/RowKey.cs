using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace MirroredInfluence;

/// <summary>The 64-bit key of a row's noise: the same row has the same key in any mini-batch, shard or process.</summary>
public static class RowKey
{
    /// <summary>The bits of an integer id, else the first 8 bytes (little-endian) of SHA-256 of the id's UTF-8 or binary bytes.</summary>
    /// <param name="id">The row's id; null without an id column, or where the row's id is null.</param>
    /// <param name="rowIndex">0-based index in the whole training (or test) set: the key of a row without id.</param>
    /// <exception cref="ArgumentException">The id is neither integer, text nor bytes.</exception>
    public static ulong Of(RowValue id, long rowIndex) => id.Kind switch
    {
        RowValueKind.Null => (ulong)rowIndex,
        RowValueKind.Integer => (ulong)id.Integer,
        RowValueKind.Unsigned => id.Unsigned,
        RowValueKind.Text => KeyOf(Encoding.UTF8.GetBytes(id.Text)),
        RowValueKind.Bytes => KeyOf(id.Bytes),
        _ => throw new ArgumentException($"A row is not named by {id.Kind} {id}.", nameof(id)),
    };

    private static ulong KeyOf(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(bytes));
}
