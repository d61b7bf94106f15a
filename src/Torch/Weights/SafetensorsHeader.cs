using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text.Json;

namespace MirroredInfluence.Torch;

/// <summary>
/// Header of a safetensors file. Reading checks all of it before anything is made of it: every range lies in the file, matches its dtype and
/// shape, and the ranges cover the data once, without holes.
/// </summary>
internal sealed class SafetensorsHeader
{
    private const int LengthBytes = 8;
    private const long HeaderBytesMax = 100_000_000;
    private const string MetadataName = "__metadata__";

    private SafetensorsHeader(long dataStart, ImmutableDictionary<string, string> metadata, ImmutableArray<SafetensorsEntry> entries) =>
        (DataStart, Metadata, Entries) = (dataStart, metadata, entries);

    /// <summary>Byte of the file where the data start.</summary>
    public long DataStart { get; }

    public ImmutableDictionary<string, string> Metadata { get; }

    /// <summary>In the order of their data.</summary>
    public ImmutableArray<SafetensorsEntry> Entries { get; }

    /// <param name="file">At least the length and the header, when the file has them.</param>
    /// <exception cref="FormatException">Anything is not as it should be.</exception>
    public static SafetensorsHeader Read(ReadOnlySpan<byte> file, long fileBytes)
    {
        if (fileBytes < LengthBytes)
            throw new FormatException($"it has {fileBytes} bytes; a safetensors file starts with {LengthBytes}");
        var headerBytes = BinaryPrimitives.ReadUInt64LittleEndian(file);
        if (headerBytes > HeaderBytesMax || (long)headerBytes > fileBytes - LengthBytes)
            throw new FormatException($"its header claims {headerBytes} bytes; the file has {fileBytes - LengthBytes} after the length");
        var header = file.Slice(LengthBytes, (int)headerBytes);
        var dataStart = LengthBytes + (long)headerBytes;
        try
        {
            using var document = JsonDocument.Parse(header.ToArray(), new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 4 });
            var metadata = ImmutableDictionary<string, string>.Empty;
            var entries = new List<SafetensorsEntry>();
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (property.Name == MetadataName)
                    metadata = property.Value.EnumerateObject().ToImmutableDictionary(item => item.Name, item => item.Value.GetString() ?? "");
                else
                    entries.Add(ReadEntry(property));
            }

            entries.Sort((left, right) => left.ByteStart.CompareTo(right.ByteStart));
            CheckCover(entries, fileBytes - dataStart);
            return new SafetensorsHeader(dataStart, metadata, [.. entries]);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or OverflowException)
        {
            throw new FormatException($"its header is not that of a safetensors file: {exception.Message}", exception);
        }
    }

    private static SafetensorsEntry ReadEntry(JsonProperty property)
    {
        var code = property.Value.GetProperty("dtype").GetString() ?? "";
        var dtype = SafetensorsDtypes.DtypeOf(code) ?? throw new FormatException($"tensor '{property.Name}' has the unknown dtype '{code}'");
        var shape = property.Value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()).ToImmutableArray();
        var offsets = property.Value.GetProperty("data_offsets");
        var (start, end) = (offsets[0].GetInt64(), offsets[1].GetInt64());
        long bytes = SafetensorsDtypes.BytesOf(dtype);
        foreach (var size in shape)
            bytes = size >= 0 ? checked(bytes * size) : throw new FormatException($"tensor '{property.Name}' has a dimension of {size}");
        if (offsets.GetArrayLength() != 2 || start < 0 || checked(end - start) != bytes)
            throw new FormatException($"tensor '{property.Name}' lies in bytes {start} to {end}; {code} [{string.Join(',', shape)}] needs {bytes}");
        if (start % SafetensorsDtypes.BytesOf(dtype) != 0)
            throw new FormatException($"tensor '{property.Name}' starts at byte {start} of the data, which is not aligned for {code}");
        return new SafetensorsEntry(property.Name, dtype, shape, start, end);
    }

    private static void CheckCover(List<SafetensorsEntry> entries, long dataBytes)
    {
        long end = 0;
        foreach (var entry in entries)
        {
            if (entry.ByteStart != end)
                throw new FormatException($"tensor '{entry.Name}' starts at byte {entry.ByteStart} of the data; the one before ends at {end}");
            end = entry.ByteEnd;
        }

        if (end != dataBytes)
            throw new FormatException($"its tensors end at byte {end} of the data; the file has {dataBytes}");
    }
}
