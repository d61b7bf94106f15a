using System.Collections.Immutable;

namespace MirroredInfluence.Cli.Import;

/// <summary>Sources → Arrow files. Either every file of the call appears, or none does.</summary>
internal static class Importer
{
    private const string PartialSuffix = ".partial";

    /// <param name="onProgress">Called after each row, with the rows written and the rows to write.</param>
    public static IReadOnlyList<ImportedFile> Run(ImportOptions options, ImportTable table, Action<long, long> onProgress, CancellationToken cancellationToken)
    {
        var ranges = SelectRanges(options, table);
        var rowCount = ranges.Sum(range => range.End - range.Start);
        var shardCount = CountShards(options, rowCount);
        string[] paths = [.. Enumerable.Range(0, shardCount).Select(index => PathOf(options.Out, index))];
        RefuseExisting(options.Out);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(options.Out))!);

        try
        {
            WriteShards();
            return [.. paths.Select((path, index) => Commit(path, ShardStart(index + 1) - ShardStart(index)))];
        }
        catch (IOException e)
        {
            throw Failure.Unavailable($"{options.Out}: cannot be written: {e.Message}. Nothing was kept; free some space or choose another place.", e);
        }
        finally
        {
            foreach (var path in paths)
                File.Delete(path + PartialSuffix);
        }

        void WriteShards()
        {
            using var rows = Rows(ranges).GetEnumerator();
            for (var shardIndex = 0; shardIndex < shardCount; shardIndex++)
            {
                using var destination = new FileStream(paths[shardIndex] + PartialSuffix, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
                var writer = new ShardWriter(destination, table, options);
                for (var written = ShardStart(shardIndex); written < ShardStart(shardIndex + 1); written++)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    rows.MoveNext();
                    table.ReadRow(rows.Current);
                    writer.AddRow();
                    onProgress(written + 1, rowCount);
                }

                writer.Complete();
            }
        }

        long ShardStart(int shardIndex) => options.ShardRows is { } shardRows
            ? Math.Min(rowCount, shardIndex * shardRows)
            : (long)((Int128)rowCount * shardIndex / shardCount);
    }

    private static ImmutableArray<(long Start, long End)> SelectRanges(ImportOptions options, ImportTable table)
    {
        var last = table.RowCount - 1;
        if (last < 0)
            throw Failure.Data($"{options.Sources[0].Path}: holds no rows.");
        if (options.Rows is not { } selection)
            return [(0, table.RowCount)];
        if (selection.Ranges[^1].End > table.RowCount)
            throw Failure.Invalid($"--rows: {selection.Ranges[^1].End - 1} is past the last row; {options.Sources[0].Path} holds rows 0 to {last}.");
        return selection.Ranges;
    }

    private static int CountShards(ImportOptions options, long rowCount)
    {
        var shardCount = options.ShardRows is { } shardRows ? 1 + ((rowCount - 1) / shardRows) : options.ShardCount ?? 1;
        if (shardCount > rowCount)
            throw Failure.Invalid($"--shards: {shardCount} files need at least as many rows; {rowCount:N0} are selected.");
        if (shardCount > 1 && IsOneFile(options.Out))
            throw Failure.Invalid($"--out {options.Out}: is one file, but {shardCount} are to be written; leave '.arrow' off and their numbers are added.");
        if (shardCount > 100_000)
            throw Failure.Invalid($"--shard-rows: {shardCount:N0} files would be written; at most 100,000 are numbered.");
        return (int)shardCount;
    }

    private static bool IsOneFile(string path) => path.EndsWith(".arrow", StringComparison.Ordinal);

    private static string PathOf(string path, int shardIndex) => IsOneFile(path) ? path : $"{PrefixOf(path)}{shardIndex:D5}.arrow";

    /// <summary>In a folder of their own, numbers are name enough.</summary>
    private static string PrefixOf(string path) => Path.EndsInDirectorySeparator(path) ? path : $"{path}-";

    /// <summary>A shard left over from another import would be read as part of this one.</summary>
    private static void RefuseExisting(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var pattern = IsOneFile(path) ? Path.GetFileName(path) : $"{Path.GetFileName(PrefixOf(path))}?????.arrow";
        if (Directory.Exists(folder) && Directory.EnumerateFiles(folder, pattern).Order(StringComparer.Ordinal).FirstOrDefault() is { } existing)
            throw Failure.Invalid($"{Path.GetRelativePath(Environment.CurrentDirectory, existing)}: exists already. Remove it (and its like), or choose another --out.");
    }

    private static ImportedFile Commit(string path, long rowCount)
    {
        File.Move(path + PartialSuffix, path);
        return new ImportedFile(path, rowCount, new FileInfo(path).Length);
    }

    private static IEnumerable<long> Rows(ImmutableArray<(long Start, long End)> ranges)
    {
        foreach (var (start, end) in ranges)
        {
            for (var row = start; row < end; row++)
                yield return row;
        }
    }
}
