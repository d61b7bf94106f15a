using System.Security.Cryptography;
using System.Text.Json;

namespace MirroredInfluence.Storage;

/// <summary>All that decides the base losses of a shard's rows, and nothing else: runs that differ in queries, ascent or top-k share them.</summary>
public sealed record BaseLossKey
{
    private const int FormatVersion = 1;

    private BaseLossKey(string name) => Name = name;

    /// <summary>SHA-256, lower-case hex.</summary>
    public string Name { get; }

    /// <param name="manifest">Gives the model, the columns, draws, seed and mini-batch size.</param>
    /// <param name="shard">Gives the file's digest and the row range.</param>
    /// <param name="runtime">What else decides how kernels round: kind of device, version of libtorch, BLAS, instruction set.</param>
    public static BaseLossKey Of(RunManifest manifest, Shard shard, string runtime)
    {
        var spec = manifest.Spec;
        var makesNoise = spec.Score.Draws is not null;
        var json = JsonSerializer.SerializeToUtf8Bytes(new
        {
            FormatVersion,
            manifest.Inputs.ModelDigest,
            manifest.Inputs.Columns,
            shard.FileDigest,
            shard.RowStart,
            shard.RowCount,
            spec.Score.MiniBatchRows,
            spec.Score.Draws,
            Seed = makesNoise ? spec.Seed : 0,
            Id = makesNoise ? spec.Train.Id : null,
            FirstRowKey = makesNoise ? shard.FileRowOffset : 0,   // a row without an id, or with a null one, is keyed by its index
            spec.Compute.ThreadsPerLane,
            runtime,
        });
        return new BaseLossKey(Convert.ToHexStringLower(SHA256.HashData(json)));
    }
}
