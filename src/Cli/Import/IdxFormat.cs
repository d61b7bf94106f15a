using System.Buffers.Binary;

namespace MirroredInfluence.Cli.Import;

/// <summary>
/// IDX, the format of the MNIST files: two zero bytes, element type, dimension count, the sizes as big-endian uint32, then big-endian elements.
/// </summary>
internal static class IdxFormat
{
    public static bool IsIdx(ReadOnlySpan<byte> head) => head is [0, 0, var type, > 0, ..] && TryGetType(type, out _);

    /// <param name="content">At the file's first byte.</param>
    /// <param name="lengthBytes">Of the content, where it is known.</param>
    public static TensorSource Open(string name, Stream content, long? lengthBytes, string columnName)
    {
        Span<byte> head = stackalloc byte[4];
        ReadHeader(name, content, head);
        if (!TryGetType(head[2], out var dtype))
            throw Failure.Data($"{name}: IDX element type 0x{head[2]:x2} is unknown; expected 0x08, 0x09, 0x0b, 0x0c, 0x0d or 0x0e.");

        var sizes = new byte[4 * head[3]];
        ReadHeader(name, content, sizes);
        var shape = Enumerable.Range(0, head[3]).Select(i => (long)BinaryPrimitives.ReadUInt32BigEndian(sizes.AsSpan(4 * i)));

        var source = new TensorSource(name, content, columnName, dtype, [.. shape], isBigEndian: true);
        var expectedBytes = head.Length + sizes.Length + source.BodyBytes;
        if (lengthBytes is { } found && found != expectedBytes)
            throw Failure.Data($"{name}: holds {found:N0} bytes; its header promises {expectedBytes:N0}. Fetch the file again.");
        return source;
    }

    private static void ReadHeader(string name, Stream content, Span<byte> destination)
    {
        if (content.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false) < destination.Length)
            throw Failure.Data($"{name}: ends within its IDX header. Fetch the file again.");
    }

    private static bool TryGetType(byte code, out ElementType dtype)
    {
        dtype = code switch
        {
            0x09 => ElementType.Int8,
            0x0b => ElementType.Int16,
            0x0c => ElementType.Int32,
            0x0d => ElementType.Float32,
            0x0e => ElementType.Float64,
            _ => ElementType.UInt8,
        };
        return code is 0x08 or 0x09 or >= 0x0b and <= 0x0e;
    }
}
