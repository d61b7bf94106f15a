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

    /// <summary>Reads a file of a run directory, which may hold anything by now.</summary>
    /// <param name="what">What it should be.</param>
    /// <exception cref="MirroredException">Data: it cannot be read; the message says what to do.</exception>
    public static T Reading<T>(string name, string what, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (IsDamage(exception) && !exception.Message.EndsWith(RunDirectory.Remedy, StringComparison.Ordinal))
        {
            throw Failure.Data($"{name}: is no {what}: {Without(name, exception.Message)} {RunDirectory.Remedy}", exception);
        }
    }

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

    private static bool IsDamage(Exception exception) => exception is FormatException or ArgumentException or IndexOutOfRangeException or InvalidOperationException
        or OverflowException or MirroredException { Kind: FailureKind.Data or FailureKind.Invalid };

    private static string Without(string name, string message) => message.StartsWith($"{name}: ", StringComparison.Ordinal) ? message[(name.Length + 2)..] : message;
}
