using System.IO.Compression;
using MirroredInfluence.Engine;
using MirroredInfluence.Report;

namespace MirroredInfluence.Grains;

/// <summary>What a run has found so far, for those who ask. Reads each part once, and only when somebody asks. One caller at a time.</summary>
internal sealed class FoundSoFar(string directory, SiloLanes silo)
{
    private const int BytesMax = 32 << 20;

    private ResultSoFar? _result;

    /// <returns>Zipped bytes of a result.json, or null before the first shard is scored.</returns>
    /// <exception cref="MirroredException">Data: a file of the run cannot be read. Invalid: it is too large for a message.</exception>
    public async Task<byte[]?> ReadAsync(CancellationToken cancellationToken)
    {
        using var data = new DataFiles(silo.Cache, silo.Time, cancellationToken);
        _result ??= await ResultSoFar.TryOpenAsync(silo.OpenStore(directory), data, cancellationToken);
        if (_result is null || await _result.ReduceAsync(cancellationToken) is not { } result)
            return null;

        using var bytes = new MemoryStream();
        using (var zip = new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true))
            ResultWriter.WriteJson(zip, result);
        return bytes.Length <= BytesMax
            ? bytes.ToArray()
            : throw Failure.Invalid($"{directory}: what the run has found so far takes {bytes.Length:N0} bytes zipped; a message takes {BytesMax:N0} at most. `mirrored status {directory} --top` shows it.");
    }
}
