using MirroredInfluence.Arrow;

namespace MirroredInfluence.Storage;

/// <summary>plan.arrow: a row per shard. Files without rows have none; the manifest names them.</summary>
internal static class PlanFile
{
    public static void Write(Stream stream, RunPlan plan, string run)
    {
        var fileIndex = new TensorColumnWriter("file", ElementType.Int32);
        var uri = new TextColumnWriter("uri");
        var digest = new TextColumnWriter("digest");
        var rowStart = new TensorColumnWriter("rowStart", ElementType.Int64);
        var rowCount = new TensorColumnWriter("rowCount", ElementType.Int32);
        var header = FileHeader.ToJson(new PlanHeader(FileHeader.FormatVersion, run));
        var writer = new ArrowWriter(stream, [fileIndex, uri, digest, rowStart, rowCount], metadata: FileHeader.Metadata(header));
        foreach (var shard in plan.Shards)
        {
            fileIndex.Append(shard.FileIndex);
            uri.Append(shard.Uri);
            digest.Append(shard.FileDigest);
            rowStart.Append(shard.RowStart);
            rowCount.Append(shard.RowCount);
        }

        writer.Complete();
    }

    /// <exception cref="MirroredException">Data: it cannot be read, or does not cut the manifest's files.</exception>
    public static RunPlan Read(byte[] bytes, string name, RunManifest manifest) => FileHeader.Reading(name, "plan of a run", () =>
    {
        using var file = ArrowFile.Parse(bytes, name);
        FileHeader.Read<PlanHeader>(file, manifest.Run);
        var files = manifest.Inputs.Train;
        var fileIndexes = file.ReadColumn<int>("file");
        var digests = file.ReadTexts("digest");
        var rowStarts = file.ReadColumn<long>("rowStart");
        var rowCounts = file.ReadColumn<int>("rowCount");
        for (var i = 0; i < fileIndexes.Length; i++)
        {
            if (fileIndexes[i] < 0 || fileIndexes[i] >= files.Length || digests[i] != files[fileIndexes[i]].Digest)
                throw Failure.Data($"{name}: shard {i} is of file {fileIndexes[i]} with digest {digests[i]}, which run.json does not list. {RunDirectory.Remedy}");
        }

        var starts = fileIndexes.Zip(rowStarts).ToLookup(pair => pair.First, pair => pair.Second);
        var plan = RunPlan.Of(files, index => starts[index]);
        if (!plan.Shards.Select(shard => (shard.FileIndex, shard.RowCount)).SequenceEqual(fileIndexes.Zip(rowCounts)))
            throw Failure.Data($"{name}: its shards do not cover the rows of the files that run.json lists. {RunDirectory.Remedy}");
        return plan;
    });

    private sealed record PlanHeader(int FormatVersion, string Run) : IFileHeader;
}
