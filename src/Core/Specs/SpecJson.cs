using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace MirroredInfluence;

/// <summary>Records ↔ JSON by <see cref="SpecType"/>: strict in, canonical out.</summary>
internal static class SpecJson
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = true };

    public static JsonObject Parse(string json, string source)
    {
        using var document = ParseDocument(Encoding.UTF8.GetBytes(json), source);
        return JsonObject.Create(document.RootElement.Clone())!;
    }

    public static T Read<T>(JsonObject json)
        where T : class
    {
        using var document = JsonDocument.Parse(json.ToJsonString());
        return Read<T>(document);
    }

    /// <summary>As Parse and Read, without a copy of the whole in between: run.json of many files is large.</summary>
    /// <param name="json">UTF-8.</param>
    public static T Read<T>(ReadOnlyMemory<byte> json, string source)
        where T : class
    {
        using var document = ParseDocument(Utf8.IsValid(json.Span) ? json : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(json.Span)), source);
        return Read<T>(document);
    }

    /// <summary>UTF-8, fields in the order of the records, floats that round-trip.</summary>
    public static byte[] Write<T>(T value, bool indented, bool identityOnly)
        where T : class
    {
        var bytes = new ArrayBufferWriter<byte>();
        Write(value, bytes, indented, identityOnly);
        return bytes.WrittenSpan.ToArray();
    }

    public static void Write<T>(T value, IBufferWriter<byte> destination, bool indented, bool identityOnly)
        where T : class
    {
        var options = new JsonWriterOptions { Indented = indented, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using var json = new Utf8JsonWriter(destination, options);
        SectionSpecType.Of(typeof(T)).Write(json, value, identityOnly);
    }

    public static string WriteText<T>(T value)
        where T : class => Encoding.UTF8.GetString(Write(value, indented: true, identityOnly: false)) + "\n";

    /// <summary>One object, no field of which is there twice.</summary>
    private static JsonDocument ParseDocument(ReadOnlyMemory<byte> json, string source)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json, Strict);
        }
        catch (JsonException exception)
        {
            throw Failure.Invalid(
                $"{source}: line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}: not JSON ({Found(json.Span, exception)}); expected one object without comments or trailing commas.",
                exception);
        }

        try
        {
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw Failure.Invalid($"{source}: found {SpecProperty.Shown(document.RootElement)}; expected a JSON object.");
            RefuseRepeated(document.RootElement, "", source);
            return document;
        }
        catch
        {
            document.Dispose();
            throw;
        }
    }

    private static T Read<T>(JsonDocument document)
        where T : class
    {
        SectionSpecType.Of(typeof(T)).TryRead(document.RootElement, "", out var value);
        return (T)value;
    }

    /// <summary>What stands where the text stops being JSON.</summary>
    private static string Found(ReadOnlySpan<byte> bytes, JsonException exception)
    {
        var lineStart = 0;
        for (var line = 0L; line < exception.LineNumber; line++)
            lineStart += bytes[lineStart..].IndexOf((byte)'\n') + 1;
        var offset = Math.Min(lineStart + (int)(exception.BytePositionInLine ?? 0), bytes.Length);
        var before = Encoding.UTF8.GetString(bytes[..offset]).AsSpan().TrimEnd();
        return Encoding.UTF8.GetString(bytes[offset..]).TrimStart() switch
        {
            "" => "the text ends",
            ['/', ..] => "a comment",
            [('}' or ']') and var end, ..] when before.EndsWith(",") => $"a comma before '{end}'",
            var rest => $"found '{rest[0]}'",
        };
    }

    private static void RefuseRepeated(JsonElement json, string path, string source)
    {
        if (json.ValueKind == JsonValueKind.Array)
        {
            foreach (var (index, item) in json.EnumerateArray().Index())
                RefuseRepeated(item, $"{path}[{index}]", source);
        }

        if (json.ValueKind != JsonValueKind.Object)
            return;
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var field in json.EnumerateObject())
        {
            var fieldPath = path.Length == 0 ? field.Name : $"{path}.{field.Name}";
            if (!names.Add(field.Name))
                throw Failure.Invalid($"{source}: {fieldPath}: found twice; expected once.");
            RefuseRepeated(field.Value, fieldPath, source);
        }
    }
}
