using System.Collections.Immutable;
using System.Text.Json;

namespace MirroredInfluence.Torch;

/// <summary>Native description + the exporter's <c>mirrored.json</c> → <see cref="ModelSignature"/>.</summary>
internal static class SignatureReader
{
    private const int Format = 1;

    /// <param name="device">Out: the device the model is on, as libtorch names it.</param>
    public static ModelSignature Read(string json, out string device)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        device = root.GetProperty("device").GetString()!;
        var exporterText = root.GetProperty("exporterText").GetString();
        var names = Strings(root.GetProperty("arguments"));
        var declared = exporterText is null ? [] : ReadDeclared(exporterText);
        foreach (var name in declared.Keys)
        {
            if (!names.Contains(name))
                throw Failure.Invalid($"mirrored.json in the archive describes argument '{name}'; forward takes {string.Join(", ", names)}.");
        }

        return new ModelSignature
        {
            Arguments = [.. names.Select(name => declared.GetValueOrDefault(name) ?? new ModelArgument(name, null, null))],
            HasPrefix = root.GetProperty("hasPrefix").GetBoolean(),
            PrefixArguments = Strings(root.GetProperty("prefixArguments")),
            SuffixArguments = Strings(root.GetProperty("suffixArguments")),
            Tensors = [.. root.GetProperty("tensors").EnumerateArray().Select(ReadTensor)],
            ExporterText = exporterText,
        };
    }

    private static Dictionary<string, ModelArgument> ReadDeclared(string exporterText)
    {
        try
        {
            using var document = JsonDocument.Parse(exporterText);
            var root = document.RootElement;
            var format = root.GetProperty("format").GetInt32();
            if (format != Format)
                throw Failure.Invalid($"mirrored.json in the archive has format {format}; this program reads {Format}. Export again with a matching exporter.");
            return root.GetProperty("arguments").EnumerateArray().Select(ReadArgument).ToDictionary(argument => argument.Name);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw Failure.Invalid($"mirrored.json in the archive cannot be read: {exception.Message} Export again.", exception);
        }
    }

    private static ModelArgument ReadArgument(JsonElement json)
    {
        var name = json.GetProperty("name").GetString() ?? throw new FormatException("An argument has no name.");
        ElementType? dtype = null;
        if (json.TryGetProperty("dtype", out var dtypeName) && dtypeName.ValueKind != JsonValueKind.Null)
        {
            dtype = ElementTypes.TryParse(dtypeName.GetString()!, out var known)
                ? known
                : throw new FormatException($"Argument '{name}' has dtype '{dtypeName}'.");
        }

        ImmutableArray<int>? shape = json.TryGetProperty("shape", out var sizes) && sizes.ValueKind != JsonValueKind.Null
            ? [.. sizes.EnumerateArray().Select(size => size.GetInt32())]
            : null;
        return new ModelArgument(name, dtype, shape);
    }

    private static ModelTensor ReadTensor(JsonElement json) => new(
        json.GetProperty("name").GetString()!,
        json.GetProperty("dtype").GetString()!,
        [.. json.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64())],
        json.GetProperty("isParameter").GetBoolean(),
        Strings(json.GetProperty("otherNames")),
        json.GetProperty("usedByPrefix").GetBoolean());

    private static ImmutableArray<string> Strings(JsonElement json) => [.. json.EnumerateArray().Select(item => item.GetString()!)];
}
