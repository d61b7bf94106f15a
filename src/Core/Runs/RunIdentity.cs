using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace MirroredInfluence;

/// <summary>
/// A run's id: the first 32 hex digits of SHA-256 of its manifest's canonical JSON, without the fields marked <see cref="OutsideIdentityAttribute"/>.
/// Runs with the same id have the same result.
/// </summary>
public static class RunIdentity
{
    public static string Of(RunManifest manifest)
    {
        using var digest = new DigestWriter();
        SpecJson.Write(manifest, digest, indented: false, identityOnly: true);
        return digest.ToHex()[..32];
    }

    /// <summary>"<c>spec.score.topK: 100, here 50; spec.seed: 0, here 1</c>": the fields of the identity that differ, at most five of them; or null.</summary>
    public static string? Differences(RunManifest kept, RunManifest found)
    {
        string[] all =
        [
            .. JsonDifferences.Of(ToNode(kept), ToNode(found)),
            .. ModelDifference(kept, found),
            .. FileDifference("inputs.train", kept.Inputs.Train, found.Inputs.Train),
            .. FileDifference("inputs.test", kept.Inputs.Test, found.Inputs.Test),
        ];
        return all.Length == 0 ? null : JsonDifferences.Listed(all);
    }

    /// <summary>Without what is compared by name of a file, since a digest tells nobody anything.</summary>
    private static JsonNode? ToNode(RunManifest manifest)
    {
        var named = manifest with { Inputs = manifest.Inputs with { ModelDigest = "", Train = [], Test = [] } };
        return JsonNode.Parse(SpecJson.Write(named, indented: false, identityOnly: true));
    }

    private static IEnumerable<string> ModelDifference(RunManifest kept, RunManifest found) =>
        kept.Inputs.ModelDigest == found.Inputs.ModelDigest ? [] : [$"inputs.modelDigest: {found.Spec.Model.Uri} is another model than {Other(found.Spec.Model.Uri, kept.Spec.Model.Uri)}"];

    private static IEnumerable<string> FileDifference(string path, ImmutableArray<DataFile> kept, ImmutableArray<DataFile> found)
    {
        if (kept.Length != found.Length)
            return [$"{path}: {kept.Length:N0} files, here {found.Length:N0}"];
        var others = Enumerable.Range(0, kept.Length).Where(index => (kept[index].Digest, kept[index].RowCount) != (found[index].Digest, found[index].RowCount)).ToArray();
        if (others is not [var first, ..])
            return [];
        var isRemote = FileUri.IsRemote(found[first].Uri);   // told apart by address and version, whatever the rows
        var differ = (others.Length, isRemote) switch
        {
            (1, true) => "is another version",
            (1, false) => "holds other rows",
            (_, true) => $"and {others.Length - 1:N0} more are other versions",
            (_, false) => $"and {others.Length - 1:N0} more hold other rows",
        };
        return [$"{path}: {found[first].Uri} {differ} than {Other(found[first].Uri, kept[first].Uri)}"];
    }

    private static string Other(string found, string kept) => found == kept ? "before" : kept;
}
