using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MirroredInfluence;

/// <summary>Records ↔ JSON by <see cref="SpecType"/>: strict in, canonical out.</summary>
internal static class SpecJson
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = true };

    public static JsonObject Parse(string json, string source)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json, Strict);
        }
        catch (JsonException exception)
        {
            throw Failure.Invalid(
                $"{source}: line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}: not JSON ({Found(json, exception)}); expected one object without comments or trailing commas.",
                exception);
        }

        using (document)
        {
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw Failure.Invalid($"{source}: found {SpecProperty.Shown(document.RootElement)}; expected a JSON object.");
            RefuseRepeated(document.RootElement, "");
            return JsonObject.Create(document.RootElement.Clone())!;
        }
    }

    public static T Read<T>(JsonObject json)
        where T : class
    {
        using var document = JsonDocument.Parse(json.ToJsonString());
        SectionSpecType.Of(typeof(T)).TryRead(document.RootElement, "", out var value);
        return (T)value;
    }

    /// <summary>UTF-8, fields in the order of the records, floats that round-trip.</summary>
    public static byte[] Write<T>(T value, bool indented, bool identityOnly)
        where T : class
    {
        using var stream = new MemoryStream();
        var options = new JsonWriterOptions { Indented = indented, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var json = new Utf8JsonWriter(stream, options))
            SectionSpecType.Of(typeof(T)).Write(json, value, identityOnly);
        return stream.ToArray();
    }

    public static string WriteText<T>(T value)
        where T : class => Encoding.UTF8.GetString(Write(value, indented: true, identityOnly: false)) + "\n";

    /// <summary>What stands where the text stops being JSON.</summary>
    private static string Found(string json, JsonException exception)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        var lineStart = 0;
        for (var line = 0L; line < exception.LineNumber; line++)
            lineStart += bytes.AsSpan(lineStart).IndexOf((byte)'\n') + 1;
        var offset = Math.Min(lineStart + (int)(exception.BytePositionInLine ?? 0), bytes.Length);
        var before = Encoding.UTF8.GetString(bytes, 0, offset).AsSpan().TrimEnd();
        return Encoding.UTF8.GetString(bytes, offset, bytes.Length - offset).TrimStart() switch
        {
            "" => "the text ends",
            ['/', ..] => "a comment",
            [('}' or ']') and var end, ..] when before.EndsWith(",") => $"a comma before '{end}'",
            var rest => $"found '{rest[0]}'",
        };
    }

    private static void RefuseRepeated(JsonElement json, string path)
    {
        if (json.ValueKind == JsonValueKind.Array)
        {
            foreach (var (index, item) in json.EnumerateArray().Index())
                RefuseRepeated(item, $"{path}[{index}]");
        }

        if (json.ValueKind != JsonValueKind.Object)
            return;
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var field in json.EnumerateObject())
        {
            var fieldPath = path.Length == 0 ? field.Name : $"{path}.{field.Name}";
            if (!names.Add(field.Name))
                throw Failure.Invalid($"{fieldPath}: found twice; expected once.");
            RefuseRepeated(field.Value, fieldPath);
        }
    }
}
