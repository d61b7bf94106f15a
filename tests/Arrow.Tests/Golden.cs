using System.IO.Compression;
using System.Text.Json;

namespace MirroredInfluence.Arrow.Tests;

/// <summary>Files that Arrow C++ wrote, with their values as JSON; beside the repository, where they are installed.</summary>
internal static class Golden
{
    public static string Folder { get; } = Path.Combine(Repository.Root, "..", "shared", "arrow-golden");

    /// <summary>Counts the test as skipped, with the line that says why, where the folder is absent.</summary>
    public static void RequireFolder() =>
        Assert.SkipUnless(Directory.Exists(Folder), "../shared/arrow-golden is absent: files of another implementation were not read.");

    /// <summary>The JSON values of one column: record batches one after the other; null, long, ulong, double, bool, string, byte[] or a list of them.</summary>
    public static List<object?> Values(JsonElement json, int fieldIndex)
    {
        var field = json.GetProperty("schema").GetProperty("fields")[fieldIndex];
        var values = new List<object?>();
        foreach (var batch in json.GetProperty("batches").EnumerateArray())
        {
            var column = batch.GetProperty("columns")[fieldIndex];
            for (var row = 0; row < batch.GetProperty("count").GetInt32(); row++)
                values.Add(Value(json, field, column, row, followDictionary: true));
        }

        return values;
    }

    public static JsonElement Read(string path)
    {
        using var packed = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        return JsonDocument.Parse(packed).RootElement;
    }

    private static object? Value(JsonElement json, JsonElement field, JsonElement column, int row, bool followDictionary)
    {
        if (column.TryGetProperty("VALIDITY", out var validity) && validity[row].GetInt32() == 0)
            return null;
        if (followDictionary && field.TryGetProperty("dictionary", out var encoding))
        {
            var id = encoding.GetProperty("id").GetInt64();
            var dictionary = json.GetProperty("dictionaries").EnumerateArray().Single(one => one.GetProperty("id").GetInt64() == id);
            return Value(json, field, dictionary.GetProperty("data").GetProperty("columns")[0], (int)Number(column.GetProperty("DATA")[row]), false);
        }

        var type = field.GetProperty("type");
        switch (type.GetProperty("name").GetString())
        {
            case "int" when !type.GetProperty("isSigned").GetBoolean():
                var bits = (ulong)Number(column.GetProperty("DATA")[row]);
                return bits <= long.MaxValue ? (long)bits : bits;
            case "int":
                return (long)Number(column.GetProperty("DATA")[row]);
            case "floatingpoint":
                var number = column.GetProperty("DATA")[row].GetDouble();
                return type.GetProperty("precision").GetString() == "SINGLE" ? (object)(float)number : number;
            case "bool":
                return column.GetProperty("DATA")[row].GetBoolean();
            case "utf8" or "largeutf8":
                return column.GetProperty("DATA")[row].GetString();
            case "binary" or "largebinary" or "fixedsizebinary":
                return Convert.FromHexString(column.GetProperty("DATA")[row].GetString()!);
            case "list" or "largelist":
                var offsets = column.GetProperty("OFFSET");
                return Items(json, field, column, (int)Number(offsets[row]), (int)Number(offsets[row + 1]));
            case "fixedsizelist":
                var size = type.GetProperty("listSize").GetInt32();
                return Items(json, field, column, row * size, (row + 1) * size);
            default:
                return type.GetProperty("name").GetString();
        }
    }

    private static List<object?> Items(JsonElement json, JsonElement field, JsonElement column, int start, int end) =>
    [
        .. Enumerable.Range(start, end - start).Select(item =>
            Value(json, field.GetProperty("children")[0], column.GetProperty("children")[0], item, followDictionary: true)),
    ];

    private static Int128 Number(JsonElement json) =>
        json.ValueKind == JsonValueKind.String ? Int128.Parse(json.GetString()!) : json.GetInt64();
}
