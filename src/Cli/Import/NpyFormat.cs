using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace MirroredInfluence.Cli.Import;

/// <summary>numpy's .npy, versions 1 to 3: magic, version, header length, a header as <see cref="NpyHeader"/> reads it, then the elements.</summary>
internal static class NpyFormat
{
    /// <summary>numpy itself refuses to read longer headers unless told to trust the file.</summary>
    private const int HeaderBytesMax = 10_000;

    public static bool IsNpy(ReadOnlySpan<byte> head) => head is [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', ..];

    /// <param name="content">At the file's first byte.</param>
    /// <param name="lengthBytes">Of the content, where it is known.</param>
    public static RowSource Open(string name, Stream content, long? lengthBytes, string columnName)
    {
        var header = ReadHeader(name, content, out var headerBytes);
        if (header.IsFortranOrder && header.Shape.Length > 1)
            throw Failure.Data($"{name}: is stored in Fortran order, so its rows lie scattered. Save it with np.save(path, np.ascontiguousarray(array)).");

        var (kind, elementBytes) = ParseDescr(name, header.Descr);
        var isBigEndian = header.Descr[0] == '>';
        if (kind is 'U' or 'S')
        {
            if (header.Shape.Length != 1)
                throw Failure.Data($"{name}: is an array of strings of shape [{string.Join(", ", header.Shape)}]; expected one string a row.");
            var dtype = kind == 'U' ? ElementType.UInt32 : ElementType.UInt8;
            var units = elementBytes / dtype.SizeBytes();
            return new NpyTextSource(CheckLength(new TensorSource(name, content, columnName, dtype, [header.Shape[0], units], isBigEndian)), columnName);
        }

        return CheckLength(new TensorSource(name, content, columnName, ParseType(name, header.Descr), header.Shape, isBigEndian));

        TensorSource CheckLength(TensorSource source)
        {
            var expectedBytes = headerBytes + source.BodyBytes;
            if (lengthBytes is { } found && found != expectedBytes)
                throw Failure.Data($"{name}: holds {found:N0} bytes; its header promises {expectedBytes:N0}. Save or fetch the file again.");
            return source;
        }
    }

    private static NpyHeader ReadHeader(string name, Stream content, out int headerBytes)
    {
        Span<byte> head = stackalloc byte[8];
        Read(name, content, head);
        if (!IsNpy(head) || head[6] is < 1 or > 3)
            throw Failure.Data($"{name}: is not npy version 1, 2 or 3.");

        Span<byte> length = stackalloc byte[head[6] == 1 ? 2 : 4];
        Read(name, content, length);
        var textBytes = head[6] == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(length) : BinaryPrimitives.ReadUInt32LittleEndian(length);
        if (textBytes > HeaderBytesMax)
            throw Failure.Data($"{name}: its npy header claims {textBytes:N0} bytes; at most {HeaderBytesMax:N0} are expected.");

        var text = new byte[textBytes];
        Read(name, content, text);
        headerBytes = head.Length + length.Length + text.Length;
        try
        {
            return NpyHeader.Parse(Encoding.UTF8.GetString(text));
        }
        catch (FormatException e)
        {
            throw Failure.Data($"{name}: npy header: {e.Message}.", e);
        }
    }

    private static void Read(string name, Stream content, Span<byte> destination)
    {
        if (content.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false) < destination.Length)
            throw Failure.Data($"{name}: ends within its npy header. Save or fetch the file again.");
    }

    /// <summary><c>&lt;f4</c> → ('f', 4); a unit of <c>U</c> is 4 bytes.</summary>
    private static (char Kind, int ElementBytes) ParseDescr(string name, string descr)
    {
        if (descr is [('<' or '>' or '|' or '='), var kind, .. var digits]
            && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            && size is > 0 and <= TensorSource.RowBytesMax / 4)
        {
            return (kind, kind == 'U' ? size * 4 : size);
        }

        throw Unsupported(name, descr);
    }

    private static ElementType ParseType(string name, string descr) => descr[1..] switch
    {
        "b1" => ElementType.Bool,
        "i1" => ElementType.Int8,
        "i2" => ElementType.Int16,
        "i4" => ElementType.Int32,
        "i8" => ElementType.Int64,
        "u1" => ElementType.UInt8,
        "u2" => ElementType.UInt16,
        "u4" => ElementType.UInt32,
        "u8" => ElementType.UInt64,
        "f2" => ElementType.Float16,
        "f4" => ElementType.Float32,
        "f8" => ElementType.Float64,
        _ => throw Unsupported(name, descr),
    };

    private static MirroredException Unsupported(string name, string descr) => Failure.Data(descr.Contains('O')
        ? $"{name}: holds pickled Python objects (dtype '{descr}'), which are never read. Save numbers or strings."
        : $"{name}: dtype '{descr}' is not supported; expected bool, int8 to int64, uint8 to uint64, float16 to float64, or strings.");
}
