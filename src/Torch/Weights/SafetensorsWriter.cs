using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace MirroredInfluence.Torch;

/// <summary>Writes the header of a safetensors file; the same tensors give the same bytes.</summary>
internal static class SafetensorsWriter
{
    /// <summary>Data start at a multiple of this, so that a mapped file's tensors lie as libtorch's own do.</summary>
    private const int DataAlignment = 64;

    /// <summary>Wider elements first, then by name: no tensor needs padding, which the format does not have.</summary>
    public static IEnumerable<ModelTensor> InFileOrder(IEnumerable<ModelTensor> tensors) => tensors
        .OrderByDescending(tensor => SafetensorsDtypes.BytesOf(tensor.Dtype))
        .ThenBy(tensor => tensor.Name, StringComparer.Ordinal);

    /// <param name="tensors">In the order in which their data follow.</param>
    public static void WriteHeader(Stream destination, IEnumerable<(string Name, string Value)> metadata, IEnumerable<ModelTensor> tensors)
    {
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("__metadata__");
            foreach (var (name, value) in metadata)
                writer.WriteString(name, value);
            writer.WriteEndObject();
            long start = 0;
            foreach (var tensor in tensors)
            {
                var end = checked(start + ByteCount(tensor));
                WriteEntry(writer, tensor, start, end);
                start = end;
            }

            writer.WriteEndObject();
        }

        var padding = (DataAlignment - ((sizeof(ulong) + json.Length) % DataAlignment)) % DataAlignment;
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)(json.Length + padding));
        destination.Write(length);
        json.Position = 0;
        json.CopyTo(destination);
        destination.Write(Encoding.ASCII.GetBytes(new string(' ', (int)padding)));
    }

    public static long ByteCount(ModelTensor tensor) =>
        tensor.Shape.Aggregate((long)SafetensorsDtypes.BytesOf(tensor.Dtype), (bytes, size) => checked(bytes * size));

    private static void WriteEntry(Utf8JsonWriter writer, ModelTensor tensor, long start, long end)
    {
        writer.WriteStartObject(tensor.Name);
        writer.WriteString("dtype", SafetensorsDtypes.CodeOf(tensor.Dtype));
        writer.WriteStartArray("shape");
        foreach (var size in tensor.Shape)
            writer.WriteNumberValue(size);
        writer.WriteEndArray();
        writer.WriteStartArray("data_offsets");
        writer.WriteNumberValue(start);
        writer.WriteNumberValue(end);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
