using System.Buffers.Binary;
using System.Text;

namespace MirroredInfluence.Storage;

/// <summary>Row ids one after the other: the kind in a byte, then an integer's 8 bytes or a text's or bytes' length (4 bytes) and content. Little-endian.</summary>
internal static class RowValueBytes
{
    public static void Append(List<byte> destination, RowValue id)
    {
        destination.Add((byte)id.Kind);
        switch (id.Kind)
        {
            case RowValueKind.Null:
                break;
            case RowValueKind.Integer:
                AppendInteger(destination, id.Integer);
                break;
            case RowValueKind.Unsigned:
                AppendInteger(destination, (long)id.Unsigned);
                break;
            case RowValueKind.Text:
                AppendContent(destination, Encoding.UTF8.GetBytes(id.Text));
                break;
            case RowValueKind.Bytes:
                AppendContent(destination, id.Bytes);
                break;
            default:
                throw new ArgumentException($"A row is not named by {id.Kind} {id}.", nameof(id));
        }
    }

    /// <summary>Reads one id and moves the source behind it.</summary>
    /// <exception cref="FormatException">These bytes are no id.</exception>
    public static RowValue Read(ref ReadOnlySpan<byte> source)
    {
        var kind = (RowValueKind)Take(ref source, 1)[0];
        return kind switch
        {
            RowValueKind.Null => RowValue.Null,
            RowValueKind.Integer => RowValue.Of(BinaryPrimitives.ReadInt64LittleEndian(Take(ref source, 8))),
            RowValueKind.Unsigned => RowValue.Of(BinaryPrimitives.ReadUInt64LittleEndian(Take(ref source, 8))),
            RowValueKind.Text => RowValue.Of(Encoding.UTF8.GetString(TakeContent(ref source))),
            RowValueKind.Bytes => RowValue.Of(TakeContent(ref source)),
            _ => throw new FormatException($"{(byte)kind} is no kind of row id."),
        };
    }

    private static void AppendInteger(List<byte> destination, long value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        destination.AddRange(bytes);
    }

    private static void AppendContent(List<byte> destination, ReadOnlySpan<byte> content)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, content.Length);
        destination.AddRange(bytes);
        destination.AddRange(content);
    }

    private static ReadOnlySpan<byte> TakeContent(ref ReadOnlySpan<byte> source) =>
        Take(ref source, BinaryPrimitives.ReadInt32LittleEndian(Take(ref source, 4)));

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> source, int count)
    {
        if (count < 0 || count > source.Length)
            throw new FormatException($"A row id of {count} bytes does not fit into the {source.Length} that are left.");
        var taken = source[..count];
        source = source[count..];
        return taken;
    }
}
