using System.Buffers.Binary;
using System.Text;

namespace MirroredInfluence.Cli.Tests.Telemetry;

/// <summary>The fields of a protobuf message by their numbers, without its schema (protobuf.dev/programming-guides/encoding).</summary>
internal sealed class ProtobufMessage
{
    private readonly List<(int Number, ulong Value, byte[] Bytes)> _fields = [];

    public static ProtobufMessage Parse(ReadOnlySpan<byte> bytes)
    {
        var message = new ProtobufMessage();
        while (!bytes.IsEmpty)
        {
            var tag = ReadVarint(ref bytes);
            var (number, wireType) = ((int)(tag >> 3), (int)(tag & 7));
            message._fields.Add(wireType switch
            {
                0 => (number, ReadVarint(ref bytes), []),
                1 => (number, BinaryPrimitives.ReadUInt64LittleEndian(Take(ref bytes, 8)), []),
                2 => (number, 0, Take(ref bytes, (int)ReadVarint(ref bytes)).ToArray()),
                5 => (number, BinaryPrimitives.ReadUInt32LittleEndian(Take(ref bytes, 4)), []),
                _ => throw new InvalidDataException($"Wire type {wireType}."),
            });
        }

        return message;
    }

    public IEnumerable<ProtobufMessage> Messages(params int[] path) => path.Length == 1
        ? _fields.Where(field => field.Number == path[0]).Select(field => Parse(field.Bytes))
        : Messages(path[0]).SelectMany(message => message.Messages(path[1..]));

    public bool Has(int number) => _fields.Any(field => field.Number == number);

    public byte[] Bytes(int number) => _fields.Where(field => field.Number == number).Select(field => field.Bytes).LastOrDefault() ?? [];

    public string Text(int number) => Encoding.UTF8.GetString(Bytes(number));

    public long Integer(int number) => (long)_fields.LastOrDefault(field => field.Number == number).Value;

    public double Real(int number) => BitConverter.Int64BitsToDouble(Integer(number));

    private static ulong ReadVarint(ref ReadOnlySpan<byte> bytes)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = Take(ref bytes, 1)[0];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> bytes, int count)
    {
        var taken = bytes[..count];
        bytes = bytes[count..];
        return taken;
    }
}
