using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace MirroredInfluence.Engine;

/// <summary>
/// All that decides how training rows go through the base model: runs that differ only in queries, ascent and what they keep of the losses have the same, and
/// may be scored in one scan (cooperative scans: Zukowski et al., VLDB 2007), each to the bytes that it gives alone.
/// </summary>
internal readonly record struct ScanKey
{
    private ScanKey(string digest) => Digest = digest;

    /// <summary>SHA-256, lower-case hex.</summary>
    public string Digest { get; }

    public static ScanKey Of(PlannedRun run)
    {
        var (spec, inputs) = (run.Spec, run.Manifest.Inputs);
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        digest.AppendData(JsonSerializer.SerializeToUtf8Bytes(new
        {
            inputs.ModelDigest,
            inputs.Columns,
            Files = run.Plan.Files.Select(file => new { file.Uri, file.Digest, file.RowCount }),
            spec.Train.Id,
            spec.Train.Group,
            spec.Score.MiniBatchRows,
            spec.Score.Draws,
            Seed = spec.Score.Draws is null ? 0 : spec.Seed,
            spec.Compute.ThreadsPerLane,
        }));
        digest.AppendData(MemoryMarshal.AsBytes(run.Plan.Shards.Select(shard => shard.RowStart).ToArray().AsSpan()));
        return new ScanKey(Convert.ToHexStringLower(digest.GetHashAndReset()));
    }
}
