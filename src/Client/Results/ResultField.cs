using System.Text.Json;

namespace MirroredInfluence.Client;

/// <summary>A value of result.json that knows where it is. Each property reads it as one type, or refuses it.</summary>
internal readonly struct ResultField(JsonElement json, string path, string source)
{
    private const int ShownMax = 80;   // characters

    public string Text
    {
        get
        {
            try
            {
                return json.ValueKind == JsonValueKind.String ? json.GetString()! : throw Wrong("a text");
            }
            catch (InvalidOperationException exception)   // half of a surrogate pair
            {
                throw Wrong("a text", exception);
            }
        }
    }

    public long Count => IsNumber && json.TryGetInt64(out var count) && count >= 0 ? count : throw Wrong("an integer of 0 or more");

    public float Single => IsNumber && json.TryGetSingle(out var value) && float.IsFinite(value) ? value : throw Wrong("a float32");

    public double Double => IsNumber && json.TryGetDouble(out var value) && double.IsFinite(value) ? value : throw Wrong("a float64");

    public RowValue Id => json.ValueKind switch
    {
        JsonValueKind.Null => RowValue.Null,
        JsonValueKind.String => RowValue.Of(Text),
        JsonValueKind.Number when json.TryGetInt64(out var integer) => RowValue.Of(integer),
        JsonValueKind.Number when json.TryGetUInt64(out var unsigned) => RowValue.Of(unsigned),
        _ => throw Wrong("an integer, a text or null"),
    };

    public IEnumerable<ResultField> Items
    {
        get
        {
            if (json.ValueKind != JsonValueKind.Array)
                throw Wrong("an array");
            var (name, file) = (path, source);
            return json.EnumerateArray().Select((item, index) => new ResultField(item, $"{name}[{index}]", file));
        }
    }

    public IEnumerable<(string Name, ResultField Value)> Fields
    {
        get
        {
            var parent = this;
            return RequireObject().EnumerateObject().Select(property => (property.Name, parent.Of(property.Name, property.Value)));
        }
    }

    private bool IsNumber => json.ValueKind == JsonValueKind.Number;

    public ResultField this[string name] =>
        RequireObject().TryGetProperty(name, out var value) ? Of(name, value) : throw Wrong(source, PathOf(name), "nothing", "a field");

    public bool Has(string name) => RequireObject().TryGetProperty(name, out _);

    public T Choice<T>()
        where T : struct, Enum => Choose(Text, Enum.GetValues<T>());

    /// <summary>One of some names, which is this text or this field's own name.</summary>
    public T Choose<T>(string name, params IEnumerable<T> choices)
        where T : struct, Enum
    {
        foreach (var choice in choices)
        {
            if (SpecName.Of(choice) == name)
                return choice;
        }

        throw Wrong(source, path, $"'{name}'", $"one of {string.Join(", ", choices.Select(choice => SpecName.Of(choice)))}");
    }

    public MirroredException Wrong(string expected, Exception? inner = null) => Wrong(source, path, Shown(json), expected, inner);

    public static MirroredException Wrong(string source, string path, string found, string expected, Exception? inner = null) => Failure.Data(
        $"{source}: {(path.Length == 0 ? "" : $"{path}: ")}found {found}; expected {expected}. The file was changed, or a later version wrote it. "
        + "With this version, remove it and submit the run again: it is made again.",
        inner);

    private static string Shown(JsonElement json)
    {
        var text = json.GetRawText();
        return text.Length <= ShownMax ? text : $"{text.AsSpan(0, ShownMax - 3)}...";
    }

    private ResultField Of(string name, JsonElement value) => new(value, PathOf(name), source);

    private string PathOf(string name) => path.Length == 0 ? name : $"{path}.{name}";

    private JsonElement RequireObject() => json.ValueKind == JsonValueKind.Object ? json : throw Wrong("an object");
}
