using System.ComponentModel;

namespace MirroredInfluence;

/// <summary>run.json: what a run directory holds the answer to.</summary>
public sealed record RunManifest
{
    public const int CurrentFormatVersion = 1;

    [Description("Version of the run directory's format.")]
    public int FormatVersion { get; init; } = CurrentFormatVersion;

    [Description("The run's id: 32 hex digits, a digest of all that decides its result.")]
    [OutsideIdentity]
    public required string Run { get; init; }

    [Description("Version of the code that began the run.")]
    [OutsideIdentity]
    public required string CodeVersion { get; init; }

    [Description("SHA-256 of this file's canonical JSON with this field empty, lower-case hex.")]
    [OutsideIdentity]
    public string Sha256 { get; init; } = "";

    public required RunSpec Spec { get; init; }

    public required RunInputs Inputs { get; init; }

    public static RunManifest Create(RunSpec spec, RunInputs inputs, string codeVersion)
    {
        var manifest = new RunManifest { Run = "", CodeVersion = codeVersion, Spec = spec, Inputs = inputs };
        return manifest with { Run = RunIdentity.Of(manifest) };
    }

    /// <param name="json">The text of run.json, UTF-8.</param>
    /// <param name="source">What a message calls it.</param>
    /// <exception cref="MirroredException">Data: it is no manifest of this format, or its id is not that of what it says.</exception>
    public static RunManifest Parse(ReadOnlyMemory<byte> json, string source)
    {
        RunManifest manifest;
        try
        {
            manifest = SpecJson.Read<RunManifest>(json, source);
        }
        catch (MirroredException exception) when (exception.Kind == FailureKind.Invalid)
        {
            var where = exception.Message.StartsWith(source, StringComparison.Ordinal) ? "" : $"{source}: ";
            throw Failure.Data($"{where}{exception.Message} The file was changed. Remove it and run again with the same spec, or start in a new directory.", exception);
        }

        if (manifest.FormatVersion != CurrentFormatVersion)
            throw Failure.Data($"{source}: found format version {manifest.FormatVersion}; this program reads {CurrentFormatVersion}.");
        if (manifest.Run != RunIdentity.Of(manifest))
            throw Failure.Data($"{source}: found run id {manifest.Run}, but what it says has the id {RunIdentity.Of(manifest)}: the file was changed. Start in a new directory.");
        if (manifest.Sha256 != manifest.Digest())
            throw Failure.Data($"{source}: what it says has another digest than it had: the file was changed. Start in a new directory.");
        return manifest;
    }

    public string ToJson() => SpecJson.WriteText(this with { Sha256 = Digest() });

    private string Digest()
    {
        using var digest = new DigestWriter();
        SpecJson.Write(this with { Sha256 = "" }, digest, indented: false, identityOnly: false);
        return digest.ToHex();
    }
}
