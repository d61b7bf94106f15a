using System.Text.Json;
using System.Text.Json.Serialization;
using MirroredInfluence.Arrow;

namespace MirroredInfluence.Storage;

/// <summary>JSON in the schema's metadata of the Arrow files of a run directory, under the key <c>mirrored</c>.</summary>
internal static class FileHeader
{
    public const int FormatVersion = 1;

    private const string Key = "mirrored";

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    public static string ToJson<T>(T header) => JsonSerializer.Serialize(header, Options);

    public static Dictionary<string, string> Metadata(string json) => new() { [Key] = json };

    /// <exception cref="MirroredException">Data: there is none, or it is not of this form, or another version's or run's.</exception>
    public static T Read<T>(ArrowFile file, string run)
        where T : IFileHeader
    {
        T? header;
        try
        {
            header = JsonSerializer.Deserialize<T>(file.Schema.Metadata.GetValueOrDefault(Key, "null"), Options);
        }
        catch (JsonException exception)
        {
            throw Failure.Data($"{file.Path}: its header is not what this program writes: the file was changed. {RunDirectory.Remedy}", exception);
        }

        if (header is null)
            throw Failure.Data($"{file.Path}: found no header; expected a file of a run directory. {RunDirectory.Remedy}");
        if (header.FormatVersion != FormatVersion)
            throw Failure.Data($"{file.Path}: found format version {header.FormatVersion}; this program reads {FormatVersion}. {RunDirectory.Remedy}");
        if (header.Run != run)
            throw Failure.Data($"{file.Path}: belongs to run {header.Run}; expected run {run}. {RunDirectory.Remedy}");
        return header;
    }
}
