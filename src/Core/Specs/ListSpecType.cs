using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MirroredInfluence;

/// <summary>A list. A list of one text may be written as the text.</summary>
internal sealed class ListSpecType<T> : SpecType
{
    private readonly SpecType _element = Of(typeof(T));

    public override string Expected => _element is TextSpecType ? "a text or a list of texts" : $"a list: each {_element.Expected}";

    public override bool AllowsMany => true;

    public override bool TryRead(JsonElement json, string path, out object value)
    {
        var elements = ImmutableArray.CreateBuilder<T>();
        value = elements;
        var isOneText = _element is TextSpecType && json.ValueKind == JsonValueKind.String;
        if (!isOneText && json.ValueKind != JsonValueKind.Array)
            return false;
        foreach (var item in isOneText ? [json] : json.EnumerateArray().AsEnumerable())
        {
            if (!_element.TryRead(item, $"{path}[{elements.Count}]", out var element))
                return false;
            elements.Add((T)element);
        }

        value = elements.ToImmutable();
        return true;
    }

    public override void Write(Utf8JsonWriter json, object value, bool identityOnly)
    {
        json.WriteStartArray();
        foreach (var element in (ImmutableArray<T>)value)
            _element.Write(json, element!, identityOnly);
        json.WriteEndArray();
    }

    /// <summary>Texts one by one, since a glob may hold a comma; numbers also with commas between: <c>3,32,32</c>.</summary>
    public override JsonNode FromFlags(IReadOnlyList<string> values, JsonNode? current)
    {
        var texts = _element is TextSpecType ? values : values.SelectMany(value => value.Split(','));
        return new JsonArray([.. texts.Select(text => _element.FromFlags([text], null))]);
    }
}
